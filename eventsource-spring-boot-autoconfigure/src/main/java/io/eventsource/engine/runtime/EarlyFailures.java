package io.eventsource.engine.runtime;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.eventsource.StreamSettings;

/**
 * Counts, for each client, how often in a row its publisher has failed before the first
 * event. Clients would come back after the same time for ever, and have the publisher
 * made anew each time; so they are told to stay away for longer and longer. Those counted
 * last are kept. Thread-safe.
 */
public final class EarlyFailures {

	private static final int CAPACITY = 10_000;

	private static final long QUIET = TimeUnit.MINUTES.toNanos(10);

	/** No multiple of any time goes beyond what a number can hold. */
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
	 * @return after which time the client is to come back: the reconnection time, doubled
	 * with each failure up to the longest pause of a restart, less a fifth at most, at
	 * random
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
	 * Forgets the failures of a client, whose publisher has emitted something.
	 */
	public void forget(String key) {
		if (this.used) {
			synchronized (this) {
				this.counts.remove(key);
			}
		}
	}

	/**
	 * How many failures there were, and when the last one was.
	 *
	 * @param count how many
	 * @param time when, by the clock of the engine
	 */
	private record Count(int count, long time) {

	}

}
