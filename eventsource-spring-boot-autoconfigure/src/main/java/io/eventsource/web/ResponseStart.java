package io.eventsource.web;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Decides how the response to one client begins: as a stream or, if the client's own
 * publisher has failed before, with the failure, which Spring MVC answers like any
 * exception of a controller. One excludes the other. Thread-safe.
 * <p>
 * The response to an {@code EventSource} begins at once, since it would give up for good
 * on another status. It waits only for the call of the publisher, and is answered with an
 * exception that asks for a status.
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
	 * Creates the start of a response.
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
	 * Whether the response is one to an {@code EventSource}, or to a client like it.
	 */
	boolean isForEventSource() {
		return this.eventSource;
	}

	/**
	 * Whether nothing may be sent before the first signal of the publisher.
	 */
	boolean awaitsPublisher() {
		return this.waiting && !this.eventSource;
	}

	/**
	 * Notes that the call of the publisher has returned.
	 */
	synchronized void called() {
		this.called = true;
		notifyAll();
	}

	/**
	 * Begins the response to an {@code EventSource}, after the call of the publisher if
	 * that does not take long.
	 * @return the failure to answer with instead, or {@code null}
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
