package io.eventsource.engine.source;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.eventsource.PublisherSettings;

/**
 * When a publisher that has failed is subscribed to again: after pauses that grow for as
 * long as it fails, whether it emits something before or not. It is taken to be back once
 * a subscription has lived for a while, which is the longest pause and ten seconds at
 * least; four times as long where no event has come, since a vain attempt to connect may
 * take its time.
 * <p>
 * Written in the monitor of the {@link CurrentSubscription}, read by any thread.
 */
final class Restarts {

	private static final long LEAST_LIFE = TimeUnit.SECONDS.toNanos(10);

	private static final int PATIENCE = 4;

	private final long least;

	private final long most;

	private volatile int failures;

	/** When to subscribe again; only looked at where there are failures. */
	private volatile long due;

	/** Since when there is a subscription. */
	private volatile long since;

	/** Whether the publisher failed after it had emitted something. */
	private volatile boolean flapping;

	private volatile long count;

	Restarts(PublisherSettings settings) {
		this.least = settings.restartMinDelay().toNanos();
		this.most = settings.restartMaxDelay().toNanos();
	}

	/**
	 * How often the publisher was subscribed to again.
	 */
	long count() {
		return this.count;
	}

	/**
	 * Whether the publisher may be subscribed to now.
	 */
	boolean isDue(long now) {
		return this.failures == 0 || now - this.due >= 0;
	}

	boolean isFailing() {
		return this.failures > 0;
	}

	/**
	 * Whether a publisher that is subscribed to can be expected to fail again.
	 * @param heard whether it has emitted something
	 */
	boolean isDoubtful(boolean heard) {
		return this.failures > 1 && (this.flapping || !heard);
	}

	void begun() {
		if (this.failures > 0) {
			this.count++;
		}
	}

	void subscribed(long now) {
		this.since = now;
	}

	/**
	 * Whether the publisher was subscribed to only just now.
	 */
	boolean isYoung(long now) {
		return now - this.since < LEAST_LIFE;
	}

	/**
	 * Takes note of a failure, and begins the pause.
	 * @param heard whether the subscription has emitted something
	 */
	void failed(long now, boolean heard) {
		this.flapping = heard;
		this.failures++;
		this.due = now + pause(this.failures);
	}

	/**
	 * Forgets the failures if the subscription has lived for a while.
	 * @param heard whether it has emitted something
	 * @return how many failures were overcome; zero if none were
	 */
	int overcome(long now, boolean heard) {
		int overcome = this.failures;
		long life = Math.max(this.most, LEAST_LIFE);
		if (overcome == 0 || now - this.since < life || (!heard && (now - this.since) / PATIENCE < life)) {
			return 0;
		}
		this.failures = 0;
		return overcome;
	}

	/**
	 * The time until the next attempt: doubled with each failure, and then cut by half at
	 * most, at random.
	 */
	private long pause(int failures) {
		long pause = this.least;
		for (int i = 1; i < failures && pause < this.most; i++) {
			pause = (pause <= this.most / 2) ? pause * 2 : this.most;
		}
		return pause - ThreadLocalRandom.current().nextLong(pause / 2 + 1);
	}

}
