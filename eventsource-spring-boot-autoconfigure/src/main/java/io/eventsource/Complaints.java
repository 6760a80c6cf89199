package io.eventsource;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Logs the first of what may come in thousands, and then a line a minute at most.
 */
final class Complaints {

	private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

	private final Log logger;

	private final LongSupplier clock;

	private boolean begun;

	private long last;

	private long kept;

	Complaints(Log logger, LongSupplier clock) {
		this.logger = logger;
		this.clock = clock;
	}

	void warn(String message, @Nullable Throwable cause) {
		long others = admit();
		if (others >= 0) {
			this.logger.warn((others == 0) ? message : message + " (and " + others + " more since the last such line)",
					cause);
		}
		else {
			this.logger.debug(message, cause);
		}
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
