package io.eventsource.web;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Knows for how long the machine has kept a thread from running that had nothing to wait
 * for, at most: what a test measures by the clock may be longer by so much without
 * anybody's fault.
 */
final class Hiccups implements AutoCloseable {

	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

	private final Thread thread = new Thread(this::run, "hiccups");

	private volatile long longest;

	private volatile boolean closed;

	Hiccups() {
		this.thread.setDaemon(true);
		this.thread.start();
	}

	private void run() {
		long last = System.nanoTime();
		while (!this.closed) {
			LockSupport.parkNanos(PAUSE);
			long now = System.nanoTime();
			this.longest = Math.max(this.longest, now - last - PAUSE);
			last = now;
		}
	}

	/**
	 * The longest time for which the thread was kept from running, in milliseconds.
	 */
	long longestMillis() {
		return TimeUnit.NANOSECONDS.toMillis(this.longest);
	}

	@Override
	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

}
