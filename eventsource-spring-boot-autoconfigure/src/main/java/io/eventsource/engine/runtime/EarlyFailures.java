package io.eventsource.engine.runtime;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.eventsource.StreamSettings;

/**
 * Counts, for each client, how often in a row its publisher has failed before the first
 * event. A client comes back after each failure and has a new publisher created, so it is
 * told to stay away for longer each time. Only the most recent counts are kept.
 * Thread-safe.
 */
public final class EarlyFailures {

	private static final int CAPACITY = 10_000;

	private static final long QUIET = TimeUnit.MINUTES.toNanos(10);

	/** With this limit, no doubled time overflows. */
	private static final int MAX_DOUBLINGS = 20;

	private final Map<String, Count> counts = new LinkedHashMap<>(16, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
			return size() > CAPACITY;
		}

	};

	private volatile boolean used;

	/**
	 * Counts a failure.
	 * @return the time after which the client should come back: the reconnection time,
	 * doubled with each failure up to the longest pause before a restart, and shortened
	 * by up to a fifth at random
	 */
	public Duration next(String key, StreamSettings settings, long now) {
		long most = Math.max(settings.publisher().restartMaxDelay().toMillis(),
				settings.connection().retry().toMillis());
		long time = Math.max(settings.connection().retry().toMillis(), 100);
		for (int i = count(key, now); i > 0 && time < most; i--) {
			time = Math.min(2 * time, most);
		}
		return Duration.ofMillis(time - ThreadLocalRandom.current().nextLong(time / 5 + 1));
	}

	private synchronized int count(String key, long now) {
		this.used = true;
		Count before = this.counts.get(key);
		int count = (before == null || now - before.time() > QUIET) ? 1 : before.count() + 1;
		this.counts.put(key, new Count(Math.min(count, MAX_DOUBLINGS), now));
		return count;
	}

	/**
	 * Forgets the failures of a client because its publisher has emitted something.
	 */
	public void forget(String key) {
		if (this.used) {
			synchronized (this) {
				this.counts.remove(key);
			}
		}
	}

	/**
	 * The failures of one client.
	 *
	 * @param count the number of failures
	 * @param time the time of the last one, by the clock of the engine
	 */
	private record Count(int count, long time) {

	}

}
