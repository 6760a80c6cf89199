package io.eventsource.engine.source;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.eventsource.PublisherSettings;

/**
 * Decides when a publisher that has failed is subscribed to again: after pauses that grow
 * for as long as it fails, whether or not it emits something in between. It has recovered
 * once a subscription has lasted for as long as the longest pause, and for at least ten
 * seconds; four times as long if no event has come, since an attempt to connect may take
 * its time to fail.
 * <p>
 * The monitor of the {@link CurrentSubscription} guards changes; any thread may read.
 */
final class Restarts {

	private static final long LEAST_LIFE = TimeUnit.SECONDS.toNanos(10);

	private static final int PATIENCE = 4;

	private final long least;

	private final long most;

	private volatile int failures;

	/** When to subscribe again; has no meaning without failures. */
	private volatile long due;

	/** When the publisher accepted the latest subscription. */
	private volatile long since;

	/** Whether the publisher failed after it had emitted something. */
	private volatile boolean flapping;

	private volatile long count;

	Restarts(PublisherSettings settings) {
		this.least = settings.restartMinDelay().toNanos();
		this.most = settings.restartMaxDelay().toNanos();
	}

	/**
	 * Returns how often the publisher was subscribed to again.
	 */
	long count() {
		return this.count;
	}

	/**
	 * Returns whether the publisher may be subscribed to now.
	 */
	boolean isDue(long now) {
		return this.failures == 0 || now - this.due >= 0;
	}

	boolean isFailing() {
		return this.failures > 0;
	}

	/**
	 * Returns whether a publisher that is subscribed to is likely to fail again.
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
	 * Returns whether the publisher was subscribed to within the last ten seconds.
	 */
	boolean isYoung(long now) {
		return now - this.since < LEAST_LIFE;
	}

	/**
	 * Records a failure, and begins the pause.
	 * @param heard whether the subscription has emitted something
	 */
	void failed(long now, boolean heard) {
		this.flapping = heard;
		this.failures++;
		this.due = now + pause(this.failures);
	}

	/**
	 * Forgets the failures if the subscription has lasted for long enough.
	 * @param heard whether it has emitted something
	 * @return the number of failures that were forgotten, which may be zero
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
	 * Returns the time until the next attempt, which doubles with each failure, and is
	 * then shortened at random by up to a half.
	 */
	private long pause(int failures) {
		long pause = this.least;
		for (int i = 1; i < failures && pause < this.most; i++) {
			pause = (pause <= this.most / 2) ? pause * 2 : this.most;
		}
		return pause - ThreadLocalRandom.current().nextLong(pause / 2 + 1);
	}

}
