package io.eventsource.web;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Counts the responses that the container has not finished. A stream that has ended may
 * still be owed the end of its response, which some containers write on a thread of their
 * own: a server that shuts down before would cut it off. Thread-safe.
 */
final class OpenResponses {

	private int count;

	synchronized void begun() {
		this.count++;
	}

	synchronized void ended() {
		this.count--;
		if (this.count == 0) {
			notifyAll();
		}
	}

	/**
	 * Waits until the container has finished all responses.
	 * @param time how long to wait at most
	 */
	synchronized void awaitEnd(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		long left = time.toMillis();
		try {
			while (this.count > 0 && left > 0) {
				wait(left);
				left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
