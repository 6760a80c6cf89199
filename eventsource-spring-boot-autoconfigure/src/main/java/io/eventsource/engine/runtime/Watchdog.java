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
 * Keeps the workers moving. It replaces a thread that has died, and one that is stuck in
 * a single call for longer than the stall timeout, so that code that blocks delays no
 * more than its own client. {@link #snapshot} tells how the workers are.
 * <p>
 * The watchdog looks at the workers ten times a second. It counts the time for which a
 * worker is stuck in its own steps, so that a pause of the whole process, for a garbage
 * collection for example, does not count as that of a worker.
 */
final class Watchdog implements Runnable {

	private static final Log logger = LogFactory.getLog(Watchdog.class);

	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

	/** The number of lost threads after which a worker is not given another one. */
	private static final int MAX_LOST = 16;

	/** The time after which a stuck worker that cannot be replaced is reported. */
	private static final long STANDING = TimeUnit.SECONDS.toNanos(5);

	/** The number of stack frames of a stuck thread that are logged. */
	private static final int FRAMES = 12;

	private final List<Watched> watched;

	private volatile long stallTimeout;

	/** Counts what the tasks of the workers have thrown. */
	private final ThrottledLog failures;

	private final ThrottledLog log;

	private final AtomicLong replaced = new AtomicLong();

	private volatile long longest;

	private boolean stopped;

	/**
	 * Creates a watchdog.
	 * @param workers the workers
	 * @param stallTimeout how long a thread may be in one call before it is replaced;
	 * zero for no limit
	 * @param failures counts what the tasks of the workers have thrown
	 * @param log logs what the watchdog finds
	 */
	Watchdog(Worker[] workers, Duration stallTimeout, ThrottledLog failures, ThrottledLog log) {
		this.watched = Arrays.stream(workers).map(Watched::new).toList();
		this.stallTimeout = stallTimeout.toNanos();
		this.failures = failures;
		this.log = log;
	}

	@Override
	public void run() {
		while (await()) {
			for (Watched each : this.watched) {
				try {
					inspect(each);
				}
				catch (Throwable ex) {
					this.log.warn(() -> "A worker could not be inspected", ex);
				}
			}
		}
	}

	/**
	 * Shortens the stall timeout, unless it is shorter already.
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
				logger.trace("The watchdog is not stopped by interrupts", ex);
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
			this.log.warn(() -> "Thread '" + thread.getName() + "' has ended; another one takes its place", null);
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
			this.log.warn(() -> "Worker '" + thread.getName() + "' has not moved for " + seconds(standing)
					+ " s and serves no clients; it is stuck at" + stack(thread), null);
		}
	}

	private void replace(Worker worker, WorkerThread thread, Call call, long standing) {
		StackTraceElement[] stack = thread.getStackTrace();
		if (worker.replace(thread, call)) {
			this.replaced.incrementAndGet();
			this.log.warn(() -> "A call of a " + call.callee().name().toLowerCase(Locale.ROOT) + " for "
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
	 * Describes the current state of the workers. May be called on any thread.
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
	 * What the watchdog has seen of one worker.
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
		 * Looks at the worker.
		 * @return for how long it has not moved, at least
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
