package io.eventsource.engine.source;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The right to request more events, which only one thread at a time has (Reactive Streams
 * 2.7).
 */
final class RequestTurn {

	private final AtomicBoolean taken = new AtomicBoolean();

	/** Whether a thread was asked to request more, and has not begun. */
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
	 * Takes the right to have another thread request more. Until that thread has begun,
	 * any other may do so, such as the publisher's own, since a timer does not wait.
	 * @return whether no thread was asked before
	 */
	boolean queue() {
		return !this.queued.get() && this.queued.compareAndSet(false, true);
	}

	/**
	 * Gives that right back, when the thread begins or if there is none.
	 */
	void dequeue() {
		this.queued.set(false);
	}

}
