package io.eventsource.engine.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Logs failures that may occur thousands of times: the first one at once, and then no
 * more than one line a minute, with the number of those that were left out.
 */
public final class ThrottledLog {

	private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

	private final Log logger;

	private final LongSupplier clock;

	private final AtomicLong failures = new AtomicLong();

	private boolean begun;

	private long last;

	private long leftOut;

	public ThrottledLog(Log logger, LongSupplier clock) {
		this.logger = logger;
		this.clock = clock;
	}

	/**
	 * Logs a warning. Never throws, even if the message or the logger does: logging a
	 * failure must not cause another one.
	 */
	void warn(Supplier<String> message, @Nullable Throwable cause) {
		try {
			this.failures.incrementAndGet();
			long others = skipped();
			if (others >= 0) {
				this.logger.warn(
						message.get() + ((others > 0) ? " (and " + others + " more since the last such line)" : ""),
						cause);
			}
			else if (this.logger.isDebugEnabled()) {
				this.logger.debug(message.get(), cause);
			}
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
		}
	}

	void debug(Supplier<String> message) {
		try {
			if (this.logger.isDebugEnabled()) {
				this.logger.debug(message.get());
			}
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
		}
	}

	/**
	 * The number of failures so far, including those that could not be logged.
	 */
	long count() {
		return this.failures.get();
	}

	/**
	 * Decides whether to log a failure.
	 * @return the number of failures left out since the last line; -1 to leave out this
	 * one, too
	 */
	private synchronized long skipped() {
		long now = this.clock.getAsLong();
		if (this.begun && now - this.last < PAUSE) {
			this.leftOut++;
			return -1;
		}
		long others = this.leftOut;
		this.begun = true;
		this.last = now;
		this.leftOut = 0;
		return others;
	}

}
