package io.eventsource.engine.runtime;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.eventsource.LogSanitizer;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Logs what happens to the publisher of one stream, or to those of one name where each
 * client has its own. A failure is an error with its stack trace; those that follow are a
 * line a minute with their number, until the publisher is back or none has failed for ten
 * minutes. Thread-safe.
 */
public final class PublisherLog {

	private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

	private static final long QUIET = TimeUnit.MINUTES.toNanos(10);

	/** How many empty publishers in a row are no chance where each is another one. */
	private static final int SUSPICIOUS = 3;

	private final Log logger;

	private final LongSupplier clock;

	private final String name;

	private int failures;

	private long lastFailure;

	private long lastWarning;

	/** The last publisher that was cancelled, until one has completed with events. */
	private @Nullable Publisher<?> cancelled;

	private int empty;

	private boolean explained;

	public PublisherLog(Log logger, LongSupplier clock, String name) {
		this.logger = logger;
		this.clock = clock;
		this.name = name;
	}

	/**
	 * Takes note of a failure.
	 * @param personal whether the publisher was there for one client
	 */
	public void failed(boolean personal, Throwable cause) {
		int count = count();
		if (count == 1) {
			this.logger.error("The publisher of stream '" + this.name + "' failed; "
					+ (personal ? "its client is sent away" : "clients stay connected while it is subscribed to again"),
					cause);
		}
		else if (isWarningDue(count)) {
			this.logger.warn((personal
					? "The publishers that stream '" + this.name + "' has for each client have failed " + count
							+ " times"
					: "The publisher of stream '" + this.name + "' has failed " + count + " times in a row") + ": "
					+ LogSanitizer.line(cause.toString()));
		}
		else {
			this.logger.debug("The publisher of stream '" + this.name + "' failed", cause);
		}
	}

	private synchronized int count() {
		long now = this.clock.getAsLong();
		if (this.failures > 0 && now - this.lastFailure >= QUIET) {
			this.failures = 0;
		}
		this.lastFailure = now;
		this.failures++;
		return this.failures;
	}

	private synchronized boolean isWarningDue(int count) {
		long now = this.clock.getAsLong();
		if (count > 2 && now - this.lastWarning < PAUSE) {
			return false;
		}
		this.lastWarning = now;
		return true;
	}

	/**
	 * Takes note that a publisher has lived for a while after failures.
	 * @param overcome how often it had failed in a row
	 */
	public void recovered(int overcome) {
		synchronized (this) {
			this.failures = 0;
		}
		this.logger.info("The publisher of stream '" + this.name + "' is back, after " + overcome
				+ ((overcome == 1) ? " failure" : " failures in a row"));
	}

	/**
	 * Takes note that a publisher was cancelled since nobody listens to it.
	 */
	public synchronized void cancelled(Publisher<?> publisher) {
		this.cancelled = publisher;
		this.empty = 0;
	}

	/**
	 * Takes note that a publisher has completed, and explains what a sink does that ends
	 * when its last subscriber goes: it completes at once for all that come later.
	 * @param empty whether it has emitted nothing
	 */
	public void completed(Publisher<?> publisher, boolean empty) {
		if (isEndOfCancelled(publisher, empty)) {
			this.logger.warn("The publisher of stream '" + this.name + "' completed at once, without any event, when "
					+ "it was subscribed to after an earlier subscription had been cancelled. Some publishers end "
					+ "for good when their last subscriber goes: a Reactor sink made by "
					+ "multicast().onBackpressureBuffer() does, since its autoCancel is on; make it by "
					+ "multicast().onBackpressureBuffer(size, false), or by multicast().directBestEffort(), or use an "
					+ "EventChannel");
		}
	}

	private synchronized boolean isEndOfCancelled(Publisher<?> publisher, boolean empty) {
		if (!empty) {
			this.cancelled = null;
		}
		if (this.cancelled == null || this.explained) {
			return false;
		}
		this.empty++;
		this.explained = this.cancelled == publisher || this.empty == SUSPICIOUS;
		return this.explained;
	}

}
