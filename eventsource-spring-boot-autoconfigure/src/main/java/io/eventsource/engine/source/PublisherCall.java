package io.eventsource.engine.source;

import org.jspecify.annotations.Nullable;

/**
 * Marks the thread that calls the publisher of a subscription while it does. What the
 * publisher emits on that thread, it emits within our own call.
 */
final class PublisherCall {

	/** The subscription that the current thread is inside a call of. */
	private static final ThreadLocal<@Nullable PublisherCall> CALLING = new ThreadLocal<>();

	/** Whether the latest event came out of such a call. */
	private volatile boolean synchronous;

	void run(Runnable call) {
		PublisherCall outer = CALLING.get();
		CALLING.set(this);
		try {
			call.run();
		}
		finally {
			if (outer != null) {
				CALLING.set(outer);
			}
			else {
				CALLING.remove();
			}
		}
	}

	/**
	 * Whether the current thread is inside such a call.
	 */
	boolean isCurrent() {
		return CALLING.get() == this;
	}

	/**
	 * Takes note that the publisher emits an event on the current thread.
	 */
	void emitted() {
		boolean called = isCurrent();
		if (this.synchronous != called) {
			this.synchronous = called;
		}
	}

	/**
	 * Whether the publisher emits within our own calls, as far as its latest event shows.
	 */
	boolean isSynchronous() {
		return this.synchronous;
	}

}
