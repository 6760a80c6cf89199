package io.eventsource;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Until when one call of {@code publish} may wait.
 *
 * @param begun when it was called
 * @param timeout how long it may wait from then on, in nanoseconds
 */
record PublishDeadline(long begun, long timeout) {

	private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

	/**
	 * Begins to count the time now. A thread that serves clients must not wait.
	 */
	static PublishDeadline in(Duration timeout) {
		Duration bounded = (timeout.compareTo(LONGEST) < 0) ? timeout : LONGEST;
		return new PublishDeadline(System.nanoTime(), NonBlockingThread.isCurrent() ? 0 : bounded.toNanos());
	}

	/**
	 * How much time is left, in nanoseconds.
	 */
	long left() {
		return (this.timeout > 0) ? this.timeout - (System.nanoTime() - this.begun) : 0;
	}

	/**
	 * Waits for a permit.
	 * @return whether there was one in time
	 */
	boolean acquire(Semaphore permits) throws InterruptedException {
		return permits.tryAcquire() || permits.tryAcquire(left(), TimeUnit.NANOSECONDS);
	}

}
