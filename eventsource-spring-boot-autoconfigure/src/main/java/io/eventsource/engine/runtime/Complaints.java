package io.eventsource.engine.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Logs the first of what may come in thousands, and then a line a minute at most.
 */
public final class Complaints {

	private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

	private final Log logger;

	private final LongSupplier clock;

	private final AtomicLong failures = new AtomicLong();

	private boolean begun;

	private long last;

	private long kept;

	public Complaints(Log logger, LongSupplier clock) {
		this.logger = logger;
		this.clock = clock;
	}

	/**
	 * Logs a warning. Throws nothing, whatever the message or the logger throws: who logs
	 * a failure is not to fail for it.
	 */
	void warn(Supplier<String> message, @Nullable Throwable cause) {
		try {
			this.failures.incrementAndGet();
			long others = admit();
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
	 * How many failures there were so far, whether they could be logged or not.
	 */
	long count() {
		return this.failures.get();
	}

	/**
	 * How many were kept back since the last one that was not; -1 to keep back this one.
	 */
	private synchronized long admit() {
		long now = this.clock.getAsLong();
		if (this.begun && now - this.last < PAUSE) {
			this.kept++;
			return -1;
		}
		long others = this.kept;
		this.begun = true;
		this.last = now;
		this.kept = 0;
		return others;
	}

}
