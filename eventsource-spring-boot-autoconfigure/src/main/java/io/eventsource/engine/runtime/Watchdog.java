package io.eventsource.engine.runtime;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import io.eventsource.DispatcherSnapshot;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the workers move: a thread that stands still in one call out of the
 * engine for longer than the stall timeout is replaced, so that one piece of foreign code
 * that blocks holds up its own client and nobody else; so is a thread that has died. What
 * is held up otherwise is told by {@link #snapshot}.
 * <p>
 * It looks ten times a second. How long a worker stands is counted only while the
 * watchdog itself gets to run, so that a machine that stops for a while, as for a
 * collection of garbage, is not taken for a worker that does.
 */
final class Watchdog implements Runnable {

	private static final Log logger = LogFactory.getLog(Watchdog.class);

	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

	/** How many threads of a worker may be lost before no other one is begun. */
	private static final int MAX_LOST = 16;

	/** After so long a worker that cannot be replaced is reported. */
	private static final long STANDING = TimeUnit.SECONDS.toNanos(5);

	/** How much of the stack of a thread that stands still is logged. */
	private static final int FRAMES = 12;

	private final List<Watched> watched;

	private volatile long stallTimeout;

	/** What tasks of the workers have thrown. */
	private final Complaints failures;

	private final Complaints complaints;

	private final AtomicLong replaced = new AtomicLong();

	private volatile long longest;

	private boolean stopped;

	/**
	 * Makes a watchdog.
	 * @param workers the workers, which are started already
	 * @param stallTimeout after which time in one call a thread is replaced; zero for
	 * never
	 * @param failures knows what tasks have thrown
	 * @param complaints logs what it finds
	 */
	Watchdog(Worker[] workers, Duration stallTimeout, Complaints failures, Complaints complaints) {
		this.watched = Arrays.stream(workers).map(Watched::new).toList();
		this.stallTimeout = stallTimeout.toNanos();
		this.failures = failures;
		this.complaints = complaints;
	}

	@Override
	public void run() {
		while (await()) {
			for (Watched each : this.watched) {
				try {
					inspect(each);
				}
				catch (Throwable ex) {
					this.complaints.warn(() -> "A worker could not be looked at", ex);
				}
			}
		}
	}

	/**
	 * Replaces threads after this time from now on, unless it is longer than so far.
	 */
	void hurry(Duration time) {
		this.stallTimeout = (this.stallTimeout > 0) ? Math.min(this.stallTimeout, time.toNanos()) : time.toNanos();
	}

	synchronized void stop() {
		this.stopped = true;
		notifyAll();
	}

	private synchronized boolean await() {
		long end = System.nanoTime() + PERIOD;
		long left = PERIOD;
		while (!this.stopped && left > 0) {
			try {
				TimeUnit.NANOSECONDS.timedWait(this, left);
			}
			catch (InterruptedException ex) {
				logger.trace("Nobody interrupts the watchdog to stop it", ex);
			}
			left = end - System.nanoTime();
		}
		return !this.stopped;
	}

	private void inspect(Watched each) {
		WorkerThread thread = each.worker.thread();
		if (thread == null || each.worker.isStopped()) {
			return;
		}
		if (!thread.isAlive()) {
			this.replaced.incrementAndGet();
			each.worker.start();
			this.complaints.warn(() -> "Thread '" + thread.getName() + "' has ended; another one takes its place",
					null);
			return;
		}
		long standing = each.look(thread);
		this.longest = Math.max(this.longest, standing);
		Call call = thread.call();
		long timeout = this.stallTimeout;
		if (timeout > 0 && standing >= timeout && call != null && each.worker.lost() < MAX_LOST) {
			replace(each.worker, thread, call, standing);
		}
		else if (standing >= STANDING && !each.reported) {
			each.reported = true;
			this.complaints.warn(() -> "Worker '" + thread.getName() + "' has not moved for " + seconds(standing)
					+ " s, and nobody is served by it; it stands at" + stack(thread), null);
		}
	}

	private void replace(Worker worker, WorkerThread thread, Call call, long standing) {
		StackTraceElement[] stack = thread.getStackTrace();
		if (worker.replace(thread, call)) {
			this.replaced.incrementAndGet();
			this.complaints.warn(() -> "A call of a " + call.callee().name().toLowerCase(Locale.ROOT) + " for "
					+ call.subject() + " has held up worker '" + thread.getName() + "' for " + seconds(standing)
					+ " s; another thread takes its place. The call is at" + stack(stack), null);
		}
	}

	private static String seconds(long nanos) {
		return String.valueOf(TimeUnit.NANOSECONDS.toMillis(nanos) / 1000.0);
	}

	private static String stack(Thread thread) {
		return stack(thread.getStackTrace());
	}

	private static String stack(StackTraceElement[] stack) {
		return Arrays.stream(stack).limit(FRAMES).map((frame) -> "\n\tat " + frame).collect(Collectors.joining());
	}

	/**
	 * Describes the workers as they are now. Any thread.
	 */
	DispatcherSnapshot snapshot() {
		int running = 0;
		int standing = 0;
		int lost = 0;
		for (Watched each : this.watched) {
			WorkerThread thread = each.worker.thread();
			running += (thread != null && thread.isAlive()) ? 1 : 0;
			standing += (each.standing >= STANDING) ? 1 : 0;
			lost += each.worker.lost();
		}
		return new DispatcherSnapshot(this.watched.size(), running, standing, lost, this.replaced.get(),
				this.failures.count(), Duration.ofNanos(this.longest));
	}

	/**
	 * What was seen of one worker.
	 */
	private static final class Watched {

		private final Worker worker;

		private @Nullable WorkerThread thread;

		private long steps;

		private volatile long standing;

		private boolean reported;

		Watched(Worker worker) {
			this.worker = worker;
		}

		/**
		 * How long the worker has not moved, at least.
		 */
		long look(WorkerThread current) {
			long now = current.steps();
			if (this.thread == current && this.steps == now) {
				this.standing += PERIOD;
			}
			else {
				this.thread = current;
				this.steps = now;
				this.standing = 0;
				this.reported = false;
			}
			return this.standing;
		}

	}

}
