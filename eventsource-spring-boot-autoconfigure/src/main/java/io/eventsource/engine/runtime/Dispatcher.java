package io.eventsource.engine.runtime;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import io.eventsource.DispatcherSnapshot;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The threads of the engine, shared by all streams: a few workers, which write to the
 * clients and keep track of time, and the threads that call publishers.
 */
public final class Dispatcher implements AutoCloseable {

	/** How long a worker may be stuck in one call before its thread is replaced. */
	public static final Duration DEFAULT_STALL_TIMEOUT = Duration.ofSeconds(3);

	private static final LongSupplier SYSTEM = System::nanoTime;

	private static final Log logger = LogFactory.getLog(Dispatcher.class);

	private final Worker[] workers;

	private final Watchdog watchdog;

	private final AtomicInteger turn = new AtomicInteger();

	private final @Nullable IntakeThreads ownIntake;

	private final IntakeExecutor intake;

	private final LongSupplier clock;

	private final PublisherLogs publisherLogs;

	private final EarlyFailures earlyFailures = new EarlyFailures();

	private final TypeWarnings typeWarnings = new TypeWarnings();

	private volatile boolean closed;

	/**
	 * Starts the workers.
	 * @param threads how many workers serve the clients, at least 1
	 */
	public Dispatcher(int threads) {
		this(threads, (Executor) null, DEFAULT_STALL_TIMEOUT);
	}

	/**
	 * Starts the workers.
	 * @param threads how many workers serve the clients, at least 1
	 * @param intake runs the calls to publishers; each task may block for as long as the
	 * publisher does, so the executor must not be bounded
	 */
	public Dispatcher(int threads, Executor intake) {
		this(threads, intake, DEFAULT_STALL_TIMEOUT);
	}

	/**
	 * Starts the workers.
	 * @param threads how many workers serve the clients, at least 1
	 * @param intake runs the calls to publishers; each task may block for as long as the
	 * publisher does, so the executor must not be bounded; {@code null} for threads of
	 * the dispatcher's own
	 * @param stallTimeout how long a worker may be stuck in one call before another
	 * thread takes its place; {@link Duration#ZERO} for no limit
	 */
	public Dispatcher(int threads, @Nullable Executor intake, Duration stallTimeout) {
		this(threads, intake, stallTimeout, SYSTEM);
	}

	public Dispatcher(int threads, LongSupplier clock) {
		this(threads, null, DEFAULT_STALL_TIMEOUT, clock);
	}

	public Dispatcher(int threads, @Nullable Executor intake, Duration stallTimeout, LongSupplier clock) {
		this(threads, intake, stallTimeout, clock, true);
	}

	private Dispatcher(int threads, @Nullable Executor intake, Duration stallTimeout, LongSupplier clock,
			boolean start) {
		if (threads < 1) {
			throw new IllegalArgumentException("dispatcher.threads must be at least 1; got " + threads);
		}
		if (stallTimeout.isNegative()) {
			throw new IllegalArgumentException(
					"dispatcher.stall-timeout must not be negative; use 0 for none; got " + stallTimeout);
		}
		this.clock = (clock != SYSTEM) ? new SafeClock(clock) : clock;
		this.publisherLogs = new PublisherLogs(this.clock);
		IntakeThreads own = (intake != null) ? null : new IntakeThreads();
		this.ownIntake = own;
		ThrottledLog failures = new ThrottledLog(logger, this.clock);
		this.workers = new Worker[threads];
		for (int i = 0; i < threads; i++) {
			this.workers[i] = new Worker("eventsource-dispatch-" + (i + 1), this.clock, failures);
		}
		this.watchdog = new Watchdog(this.workers, stallTimeout, failures, new ThrottledLog(logger, this.clock));
		this.intake = new IntakeExecutor((intake != null) ? intake : Objects.requireNonNull(own), this.workers[0],
				new ThrottledLog(logger, this.clock));
		if (start) {
			start();
		}
	}

	/**
	 * Creates a dispatcher whose workers have no threads, so that they run a task only
	 * when they are told to.
	 */
	static Dispatcher unstarted(int threads, Executor intake, LongSupplier clock) {
		return new Dispatcher(threads, intake, Duration.ZERO, clock, false);
	}

	/**
	 * Starts all threads or, if one cannot be started, none.
	 */
	private void start() {
		try {
			for (Worker worker : this.workers) {
				worker.start();
			}
			Thread thread = new Thread(this.watchdog, "eventsource-watchdog");
			thread.setDaemon(true);
			thread.start();
		}
		catch (Throwable ex) {
			close();
			throw ex;
		}
	}

	public int threads() {
		return this.workers.length;
	}

	/**
	 * The index of the worker that gets the next client.
	 */
	public int nextWorker() {
		return Math.floorMod(this.turn.getAndIncrement(), this.workers.length);
	}

	public Worker worker(int index) {
		return this.workers[index];
	}

	public LongSupplier clock() {
		return this.clock;
	}

	/**
	 * The log of the publishers of one name, of which each client has its own.
	 */
	public PublisherLog publisherLog(String name) {
		return this.publisherLogs.of(name);
	}

	/**
	 * The failures of publishers that have not emitted anything.
	 */
	public EarlyFailures earlyFailures() {
		return this.earlyFailures;
	}

	public TypeWarnings typeWarnings() {
		return this.typeWarnings;
	}

	/**
	 * Whether the caller is a worker, which must never block.
	 */
	public static boolean isWorkerThread() {
		return Thread.currentThread() instanceof WorkerThread;
	}

	/**
	 * Runs a call to a publisher on a thread of its own, at once or as soon as a thread
	 * can be started. May be called on any thread; never throws.
	 * @return whether it will be run, which is the case until the dispatcher is closed
	 */
	public boolean intake(Runnable task) {
		return this.intake.run(task);
	}

	/**
	 * Describes the current state of the workers. May be called on any thread; never
	 * blocks.
	 * @return the snapshot
	 */
	public DispatcherSnapshot snapshot() {
		return this.watchdog.snapshot();
	}

	/**
	 * Shortens the stall timeout, unless it is shorter already, because a dispatcher that
	 * is about to end has no time to wait for a call that blocks. May be called on any
	 * thread; never blocks.
	 * @param time the new timeout
	 */
	public void hurry(Duration time) {
		this.watchdog.hurry(time);
	}

	public boolean isClosed() {
		return this.closed;
	}

	/**
	 * Stops the threads after the workers have run the tasks that they have so far. The
	 * streams have to be closed first. Waits for a second at most.
	 */
	@Override
	public void close() {
		this.closed = true;
		this.watchdog.stop();
		this.intake.close();
		for (Worker worker : this.workers) {
			worker.stop();
		}
		if (this.ownIntake != null) {
			this.ownIntake.stop();
		}
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
		try {
			for (Worker worker : this.workers) {
				worker.join(TimeUnit.SECONDS.toMillis(1) / this.workers.length + 1);
			}
			if (this.ownIntake != null) {
				this.ownIntake.join(end - System.nanoTime());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
