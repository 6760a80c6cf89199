package io.eventsource.engine.source;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The right to ask a publisher for more, which only one thread at a time has (Reactive
 * Streams 2.7).
 */
final class RequestTurn {

	private final AtomicBoolean taken = new AtomicBoolean();

	/** Whether a thread is on its way to ask for more. */
	private final AtomicBoolean queued = new AtomicBoolean();

	/**
	 * Takes the right.
	 * @return whether it was free
	 */
	boolean claim() {
		return this.taken.compareAndSet(false, true);
	}

	/**
	 * Gives the right back.
	 */
	void release() {
		this.taken.set(false);
	}

	/**
	 * Takes the right to have a thread ask for more. Until that thread runs, any other
	 * may ask, as the publisher's own does where a timer does not wait.
	 * @return whether none is on its way
	 */
	boolean queue() {
		return !this.queued.get() && this.queued.compareAndSet(false, true);
	}

	/**
	 * Gives that right back, as the thread begins or since there is none.
	 */
	void dequeue() {
		this.queued.set(false);
	}

}
