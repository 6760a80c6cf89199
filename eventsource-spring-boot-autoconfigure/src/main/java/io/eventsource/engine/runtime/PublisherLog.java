package io.eventsource.engine.runtime;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.eventsource.LogSanitizer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Logs what happens to the publisher of one stream, or to all publishers of one name if
 * each client has its own. The first failure is logged as an error with its stack trace.
 * Those that follow are counted in a warning a minute, until the publisher has recovered
 * or none has failed for ten minutes. Thread-safe.
 */
public final class PublisherLog {

	private static final Log logger = LogFactory.getLog(PublisherLog.class);

	private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

	private static final long QUIET = TimeUnit.MINUTES.toNanos(10);

	/** The number of empty publishers in a row that cannot be a coincidence. */
	private static final int SUSPICIOUS = 3;

	private final LongSupplier clock;

	private final String name;

	private int failures;

	private long lastFailure;

	private long lastWarning;

	/** The last publisher that was cancelled, until one completes with events. */
	private @Nullable Publisher<?> cancelled;

	private int empty;

	private boolean explained;

	public PublisherLog(LongSupplier clock, String name) {
		this.clock = clock;
		this.name = name;
	}

	/**
	 * Logs a failure.
	 * @param personal whether the publisher was that of a single client
	 */
	public void failed(boolean personal, Throwable cause) {
		int count = count();
		if (count == 1) {
			logger.error("The publisher of stream '" + this.name + "' failed; " + (personal
					? "its client is disconnected" : "clients stay connected while it is subscribed to again"), cause);
		}
		else if (isWarningDue(count)) {
			logger.warn((personal
					? "The publishers that stream '" + this.name + "' has for each client have failed " + count
							+ " times"
					: "The publisher of stream '" + this.name + "' has failed " + count + " times in a row") + ": "
					+ LogSanitizer.line(cause.toString()));
		}
		else {
			logger.debug("The publisher of stream '" + this.name + "' failed", cause);
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
	 * Logs that a publisher has worked for a while after it had failed.
	 * @param overcome how often it had failed in a row
	 */
	public void recovered(int overcome) {
		synchronized (this) {
			this.failures = 0;
		}
		logger.info("The publisher of stream '" + this.name + "' is back, after " + overcome
				+ ((overcome == 1) ? " failure" : " failures in a row"));
	}

	/**
	 * Records that a publisher was cancelled because it had no clients.
	 */
	public synchronized void cancelled(Publisher<?> publisher) {
		this.cancelled = publisher;
		this.empty = 0;
	}

	/**
	 * Records that a publisher has completed. If the cause is a sink that ends with its
	 * last subscriber, and therefore completes at once for later ones, explains this.
	 * @param empty whether the publisher has emitted nothing
	 */
	public void completed(Publisher<?> publisher, boolean empty) {
		if (isEndOfCancelled(publisher, empty)) {
			logger.warn("The publisher of stream '" + this.name + "' completed at once, without any event, when "
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
