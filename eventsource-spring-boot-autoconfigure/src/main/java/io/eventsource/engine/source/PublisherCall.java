package io.eventsource.engine.source;

import org.jspecify.annotations.Nullable;

/**
 * Marks the thread that calls the publisher of a subscription, for as long as it does.
 * Whatever the publisher emits on that thread, it emits inside our own call.
 */
final class PublisherCall {

	/** The call that the current thread is inside. */
	private static final ThreadLocal<@Nullable PublisherCall> CALLING = new ThreadLocal<>();

	/** Whether the latest event was emitted inside such a call. */
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
	 * Returns whether the current thread is inside such a call.
	 */
	boolean isCurrent() {
		return CALLING.get() == this;
	}

	/**
	 * Records that the publisher emits an event on the current thread.
	 */
	void emitted() {
		boolean called = isCurrent();
		if (this.synchronous != called) {
			this.synchronous = called;
		}
	}

	/**
	 * Returns whether the publisher has emitted its latest event inside our own call.
	 */
	boolean isSynchronous() {
		return this.synchronous;
	}

}
