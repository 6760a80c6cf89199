package io.eventsource.test;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Reads a response in a thread of its own, as fast as it is told to.
 */
final class StreamReader {

	private static final AtomicInteger number = new AtomicInteger();

	private final Exchange exchange;

	private final ReadingPlan plan;

	private final ReceivedStream received;

	private final Thread thread;

	private volatile boolean paused;

	private volatile boolean eager;

	private volatile boolean left;

	StreamReader(Exchange exchange, ReadingPlan plan, ReceivedStream received) {
		this.exchange = exchange;
		this.plan = plan;
		this.received = received;
		this.paused = plan.paused();
		this.thread = new Thread(this::run, "event-stream-reader-" + number.incrementAndGet());
		this.thread.setDaemon(true);
	}

	void start() {
		this.thread.start();
	}

	void pause() {
		this.paused = true;
	}

	void continueReading() {
		this.eager = true;
		this.paused = false;
		LockSupport.unpark(this.thread);
	}

	void leave() {
		this.left = true;
		this.received.end(null);
		LockSupport.unpark(this.thread);
		this.exchange.close();
	}

	private void run() {
		IOException failure = null;
		try {
			read();
		}
		catch (IOException ex) {
			failure = ex;
		}
		finally {
			end(failure);
		}
	}

	private void read() throws IOException {
		byte[] buffer = new byte[this.plan.chunk(0)];
		long total = 0;
		int length = 0;
		while (length >= 0 && total < this.plan.cutAfter()) {
			pauseFor(this.eager ? 0 : this.plan.duration(length));
			if (this.left) {
				return;
			}
			int chunk = this.plan.chunk(total);
			byte[] target = (chunk == buffer.length) ? buffer : new byte[chunk];
			length = this.exchange.read(target);
			if (length > 0) {
				total += length;
				this.received.add(target, length);
			}
		}
	}

	/** Until it is time, and nobody has it pause. */
	private void pauseFor(long nanos) {
		long end = System.nanoTime() + nanos;
		while (!this.left && this.paused) {
			LockSupport.park(this);
		}
		for (long rest = nanos; rest > 0 && !this.left && !this.eager; rest = end - System.nanoTime()) {
			LockSupport.parkNanos(this, rest);
		}
	}

	private void end(@Nullable IOException failure) {
		this.received.end(this.left ? null : failure);
		this.exchange.close();
	}

}
