package io.eventsource.web;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Decides how the response to one client begins: as a stream, or, if the publisher that
 * is there for this client alone has failed before, with the failure, which Spring MVC
 * answers like any exception of a controller. The one excludes the other. Thread-safe.
 * <p>
 * The response to an {@code EventSource} begins at once, since it would give up for good
 * on another status. It waits just for the call of the publisher, and is answered with an
 * exception that asks for that.
 */
final class ResponseStart {

	/** Nobody notices this. */
	private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(100);

	private final boolean eventSource;

	private final boolean waiting;

	private boolean called;

	private boolean begun;

	private @Nullable Throwable failure;

	/**
	 * Makes the start of a response.
	 * @param eventSource whether the client may be an {@code EventSource}
	 * @param personal whether it has a publisher of its own
	 * @param patient whether the response to others may wait for the publisher
	 */
	ResponseStart(boolean eventSource, boolean personal, boolean patient) {
		this.eventSource = eventSource;
		this.waiting = personal && (eventSource || patient);
		this.called = !personal;
	}

	/**
	 * Whether nothing is to be sent before the publisher gives a sign.
	 */
	boolean awaitsPublisher() {
		return this.waiting && !this.eventSource;
	}

	/**
	 * Takes note that the publisher was called, and has come back.
	 */
	synchronized void called() {
		this.called = true;
		notifyAll();
	}

	/**
	 * Begins the response to an {@code EventSource}, after the call of the publisher if
	 * that does not take long.
	 * @return the failure to be answered instead, or {@code null}
	 */
	synchronized @Nullable Throwable beginAfterCall() {
		long end = System.nanoTime() + MOMENT;
		long left = MOMENT;
		try {
			while (!this.called && this.failure == null && left > 0) {
				TimeUnit.NANOSECONDS.timedWait(this, left);
				left = end - System.nanoTime();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		begin();
		return this.failure;
	}

	/**
	 * Begins the response, unless it is the failure.
	 * @return whether it begins
	 */
	synchronized boolean begin() {
		this.begun = this.failure == null;
		return this.begun;
	}

	/**
	 * Whether the response has begun as a stream.
	 */
	synchronized boolean hasBegun() {
		return this.begun;
	}

	/**
	 * Whether the response is the failure of the publisher.
	 */
	synchronized boolean hasFailed() {
		return this.failure != null;
	}

	/**
	 * Makes a failure the response, unless another one has begun.
	 * @return whether it is
	 */
	synchronized boolean fail(Throwable cause) {
		if (this.begun || this.failure != null || !this.waiting
				|| (this.eventSource && !ErrorStatus.isClientError(cause))) {
			return false;
		}
		this.failure = cause;
		notifyAll();
		return true;
	}

}
