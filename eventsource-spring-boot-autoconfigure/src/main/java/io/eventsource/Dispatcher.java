package io.eventsource;

import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The threads of the engine: a few workers that write to the clients and keep the clock,
 * and the threads on which publishers are subscribed to and asked for more. Shared by any
 * number of streams.
 */
public final class Dispatcher implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(Dispatcher.class);

	/** How coarse the clock is by which heartbeats and deadlines are kept. */
	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);

	private final Worker[] workers;

	private final AtomicInteger turn = new AtomicInteger();

	private final @Nullable ExecutorService ownIntake;

	private final Executor intake;

	private final LongSupplier clock;

	private final PublisherLogs publisherLogs;

	private volatile boolean closed;

	/**
	 * Starts the workers.
	 * @param threads how many workers serve the clients, at least 1
	 */
	public Dispatcher(int threads) {
		this(threads, System::nanoTime);
	}

	/**
	 * Starts the workers.
	 * @param threads how many workers serve the clients, at least 1
	 * @param intake runs what calls into publishers; each task may block for as long as
	 * the publisher does, so the executor must not be bounded
	 */
	public Dispatcher(int threads, Executor intake) {
		this(threads, intake, null, System::nanoTime);
	}

	Dispatcher(int threads, LongSupplier clock) {
		this(threads, ownIntake(), clock);
	}

	private Dispatcher(int threads, ExecutorService intake, LongSupplier clock) {
		this(threads, intake, intake, clock);
	}

	private Dispatcher(int threads, Executor intake, @Nullable ExecutorService ownIntake, LongSupplier clock) {
		if (threads < 1) {
			throw new IllegalArgumentException("dispatcher.threads must be at least 1; got " + threads);
		}
		this.intake = intake;
		this.ownIntake = ownIntake;
		this.clock = clock;
		this.publisherLogs = new PublisherLogs(clock);
		ThreadFactory factory = threadFactory("eventsource-dispatch-");
		this.workers = new Worker[threads];
		for (int i = 0; i < threads; i++) {
			this.workers[i] = new Worker();
		}
		for (Worker worker : this.workers) {
			worker.thread = factory.newThread(worker);
			worker.thread.start();
		}
	}

	private static ExecutorService ownIntake() {
		return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(),
				threadFactory("eventsource-intake-"));
	}

	private static ThreadFactory threadFactory(String prefix) {
		AtomicInteger count = new AtomicInteger();
		return (task) -> {
			Thread thread = new Thread(task, prefix + count.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		};
	}

	int threads() {
		return this.workers.length;
	}

	/**
	 * The worker whose turn it is to get a client.
	 */
	int nextWorker() {
		return Math.floorMod(this.turn.getAndIncrement(), this.workers.length);
	}

	Worker worker(int index) {
		return this.workers[index];
	}

	LongSupplier clock() {
		return this.clock;
	}

	/**
	 * What logs what happens to the publishers of one name, of which each client has one.
	 */
	PublisherLog publisherLog(String name) {
		return this.publisherLogs.of(name);
	}

	/**
	 * Whether the caller is a worker, which must never wait.
	 */
	static boolean isWorkerThread() {
		return Thread.currentThread().getName().startsWith("eventsource-dispatch-");
	}

	/**
	 * Runs what calls into a publisher, on a thread of its own.
	 * @return whether there was such a thread, which is so until the dispatcher is closed
	 */
	boolean intake(Runnable task) {
		try {
			this.intake.execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			return false;
		}
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Stops the threads, after the workers have done what was asked of them so far. The
	 * streams are to be closed first. Waits for a second at most.
	 */
	@Override
	public void close() {
		this.closed = true;
		for (Worker worker : this.workers) {
			worker.execute(worker::stop);
		}
		if (this.ownIntake != null) {
			this.ownIntake.shutdownNow();
		}
		try {
			for (Worker worker : this.workers) {
				if (worker.thread != null) {
					worker.thread.join(TimeUnit.SECONDS.toMillis(1) / this.workers.length + 1);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * One thread, its tasks, and what it looks at on every tick.
	 */
	static final class Worker implements Runnable {

		private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

		private final Set<Runnable> ticking = ConcurrentHashMap.newKeySet();

		/** Only the worker touches it. */
		private final PriorityQueue<Later> later = new PriorityQueue<>();

		private @Nullable Thread thread;

		private boolean stopped;

		void execute(Runnable task) {
			this.tasks.add(task);
		}

		/**
		 * Runs a task after a time. Any thread; never blocks.
		 */
		void executeLater(Runnable task, long nanos) {
			long time = System.nanoTime() + nanos;
			execute(() -> this.later.add(new Later(task, time)));
		}

		void startTicking(Runnable tick) {
			this.ticking.add(tick);
		}

		void stopTicking(Runnable tick) {
			this.ticking.remove(tick);
		}

		private void stop() {
			this.stopped = true;
		}

		@Override
		public void run() {
			long nextTick = System.nanoTime() + TICK;
			while (!this.stopped) {
				runSafely(poll(nextTick));
				if (System.nanoTime() - nextTick >= 0) {
					this.ticking.forEach(this::runSafely);
					nextTick = System.nanoTime() + TICK;
				}
			}
		}

		/**
		 * Waits for a task, until a time at most.
		 */
		private @Nullable Runnable poll(long until) {
			long now = System.nanoTime();
			Later next = this.later.peek();
			if (next != null && next.time() - now <= 0) {
				return this.later.remove().task();
			}
			long wait = (next != null) ? Math.min(until - now, next.time() - now) : until - now;
			try {
				return this.tasks.poll(wait, TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ex) {
				// Nobody interrupts a worker to stop it; a listener's code may have
				return null;
			}
		}

		private void runSafely(@Nullable Runnable task) {
			if (task != null) {
				try {
					task.run();
				}
				catch (RuntimeException | Error ex) {
					logger.error("A task of the event dispatcher failed; the worker goes on", ex);
				}
			}
		}

		/**
		 * A task, and when to run it.
		 */
		private record Later(Runnable task, long time) implements Comparable<Later> {

			@Override
			public int compareTo(Later other) {
				return Long.signum(this.time - other.time);
			}

		}

	}

}
