package io.eventsource.redis;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

import io.lettuce.core.RedisException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Remembers whether Redis could be reached when it was needed last, logs when that
 * changes, and determines how long to wait before the next attempt. Thread-safe.
 */
final class RedisAvailability {

	private static final Log logger = LogFactory.getLog(RedisAvailability.class);

	private static final long LEAST_PAUSE = 100;

	static final long LONGEST_PAUSE = 5000;

	private volatile boolean available = true;

	/** How often in a row the reader has failed. */
	private int failures;

	/** What was logged since Redis was available last. */
	private final Set<RedisProblem> told = EnumSet.noneOf(RedisProblem.class);

	boolean isAvailable() {
		return this.available;
	}

	/**
	 * Records that Redis cannot be reached.
	 */
	synchronized void lost(Throwable cause) {
		this.available = false;
		try {
			if (this.told.add(RedisProblem.of(cause))) {
				logger.warn("No events come in from Redis until it answers again; clients stay connected: "
						+ RedisProblem.describe(cause), (cause instanceof RedisException) ? null : cause);
			}
			else {
				logger.debug("Still no events from Redis", cause);
			}
		}
		catch (Throwable ex) {
			// A failure to log must not end the reader
		}
	}

	/**
	 * Records that Redis has answered.
	 */
	synchronized void found() {
		this.failures = 0;
		if (!this.available) {
			this.available = true;
			this.told.clear();
			logger.info("Redis is back, and events come in again from where they were");
		}
	}

	/**
	 * Records another failure, and returns how many milliseconds to wait before the next
	 * attempt: longer with each failure, and cut by half at most, at random.
	 */
	synchronized long pause() {
		long pause = Math.min(LONGEST_PAUSE, LEAST_PAUSE << Math.min(this.failures, 10));
		this.failures++;
		return pause - ThreadLocalRandom.current().nextLong(pause / 2 + 1);
	}

}
