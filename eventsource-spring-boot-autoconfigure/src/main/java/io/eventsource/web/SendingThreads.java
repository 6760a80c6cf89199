package io.eventsource.web;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Threads for tasks that may wait for a client: a few while none waits, and two more for
 * each that has been stuck for a moment, so that clients that read are not held up by
 * those that do not. A thread without work ends after a second.
 */
final class SendingThreads implements Executor {

	private static final Log logger = LogFactory.getLog(SendingThreads.class);

	/** How long a task may take before it counts as stuck. */
	private static final long STILL = TimeUnit.MILLISECONDS.toNanos(50);

	private static final long IDLE = TimeUnit.SECONDS.toNanos(1);

	/** The maximum number of threads, however many are stuck. */
	private static final int MOST = 1000;

	private final Executor threads;

	private final int few;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition work = this.lock.newCondition();

	private final Deque<Runnable> tasks = new ArrayDeque<>();

	private final Set<Sender> senders = new HashSet<>();

	private int idle;

	private boolean watching;

	/**
	 * Uses the threads of an executor, which must not be bounded.
	 */
	SendingThreads(Executor threads) {
		this(threads, Math.max(2, Runtime.getRuntime().availableProcessors()));
	}

	SendingThreads(Executor threads, int few) {
		this.threads = threads;
		this.few = few;
	}

	/**
	 * Runs a task; tasks are started in the order of these calls. Never blocks.
	 * @throws RejectedExecutionException if there is and will be no thread for it
	 */
	@Override
	public void execute(Runnable task) {
		boolean start;
		this.lock.lock();
		try {
			this.tasks.add(task);
			start = this.idle < this.tasks.size() && this.senders.size() < this.few;
			this.work.signal();
			watch();
		}
		finally {
			this.lock.unlock();
		}
		if (start) {
			start(1);
		}
	}

	/**
	 * Checks again after a while, as long as there is something left to do.
	 */
	private void watch() {
		if (!this.watching) {
			this.watching = true;
			CompletableFuture.delayedExecutor(STILL, TimeUnit.NANOSECONDS, Runnable::run).execute(this::look);
		}
	}

	private void look() {
		int missing;
		this.lock.lock();
		try {
			this.watching = false;
			if (this.tasks.isEmpty()) {
				return;
			}
			long now = System.nanoTime();
			int still = (int) this.senders.stream().filter((sender) -> sender.isStill(now)).count();
			int wanted = Math.min(MOST, this.few + 2 * still);
			missing = Math.min(this.tasks.size(), wanted - this.senders.size());
			watch();
		}
		finally {
			this.lock.unlock();
		}
		start(missing);
	}

	private void start(int count) {
		for (int i = 0; i < count; i++) {
			Sender sender = new Sender();
			this.lock.lock();
			this.senders.add(sender);
			this.lock.unlock();
			try {
				this.threads.execute(sender);
			}
			catch (RuntimeException | Error ex) {
				failed(sender, ex);
				return;
			}
		}
	}

	/**
	 * The task is left to the existing threads or to a later attempt.
	 */
	private void failed(Sender sender, Throwable failure) {
		logger.debug("No thread to send on", failure);
		this.lock.lock();
		try {
			this.senders.remove(sender);
			watch();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The number of threads.
	 */
	int count() {
		this.lock.lock();
		try {
			return this.senders.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * One thread.
	 */
	private final class Sender implements Runnable {

		/** The time since which it has been running its task. */
		private long since = System.nanoTime();

		private boolean busy;

		boolean isStill(long now) {
			return this.busy && now - this.since >= STILL;
		}

		@Override
		public void run() {
			for (Runnable task = next(); task != null; task = next()) {
				try {
					task.run();
				}
				catch (RuntimeException | Error ex) {
					logger.error("Output to a client failed", ex);
				}
			}
		}

		private @Nullable Runnable next() {
			SendingThreads all = SendingThreads.this;
			all.lock.lock();
			try {
				this.busy = false;
				long left = IDLE;
				while (all.tasks.isEmpty() && left > 0) {
					left = await(left);
				}
				Runnable task = all.tasks.poll();
				this.busy = task != null;
				this.since = System.nanoTime();
				if (task == null) {
					all.senders.remove(this);
				}
				return task;
			}
			finally {
				all.lock.unlock();
			}
		}

		private long await(long nanos) {
			SendingThreads.this.idle++;
			try {
				return SendingThreads.this.work.awaitNanos(nanos);
			}
			catch (InterruptedException ex) {
				return 0;
			}
			finally {
				SendingThreads.this.idle--;
			}
		}

	}

}
