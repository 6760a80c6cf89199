package io.eventsource.engine.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * One of the threads that serve clients, with its tasks and what it runs on every tick.
 * No exception or error of a task ends it. If the thread is stuck in the application's
 * code or has died, another thread replaces it and continues with the same tasks.
 */
public final class Worker {

	/** The time between two slow ticks, in nanoseconds. */
	public static final long SLOW_TICK = Ticker.SLOW_PERIOD;

	private final String name;

	private final TaskQueue tasks;

	private final Ticker ticker;

	private final ThrottledLog failures;

	/** The number of replaced threads that have not returned yet. */
	private final AtomicInteger lost = new AtomicInteger();

	/** The number of threads that were started. */
	private int threads;

	private volatile @Nullable WorkerThread thread;

	/** The current task, handed over from a thread to its replacement. */
	private @Nullable Task running;

	/**
	 * The call in which a thread was replaced, until its replacement has abandoned it.
	 */
	private volatile @Nullable Call abandoned;

	private volatile boolean stopped;

	/**
	 * Creates a worker that has yet to be started.
	 * @param name the name of its thread
	 * @param clock the clock of the dispatcher, by which delayed tasks become due
	 * @param failures logs what tasks throw
	 */
	public Worker(String name, LongSupplier clock, ThrottledLog failures) {
		this.name = name;
		this.tasks = new TaskQueue(clock);
		this.ticker = new Ticker(clock);
		this.failures = failures;
	}

	/**
	 * Starts the thread, or another one in its place. Not to be called concurrently.
	 */
	void start() {
		this.threads++;
		String suffix = (this.threads == 1) ? "" : "-" + this.threads;
		WorkerThread next = new WorkerThread(this::run, this.name + suffix);
		this.thread = next;
		next.start();
	}

	/**
	 * Replaces a thread that is stuck in a call, unless the call has returned meanwhile.
	 * Not to be called concurrently.
	 * @return whether the thread was replaced
	 */
	boolean replace(WorkerThread stuck, Call call) {
		if (!stuck.replace(call)) {
			return false;
		}
		this.lost.incrementAndGet();
		this.abandoned = call;
		start();
		return true;
	}

	/**
	 * The current thread, which may have died or may have failed to start; {@code null}
	 * before the first start.
	 */
	@Nullable WorkerThread thread() {
		return this.thread;
	}

	/** The number of replaced threads that have not returned yet. */
	int lost() {
		return this.lost.get();
	}

	boolean isStopped() {
		return this.stopped;
	}

	/** Whether the caller is the thread of this worker, and not one that was replaced. */
	public boolean isCurrentThread() {
		return Thread.currentThread() == this.thread;
	}

	/** Adds a task. May be called on any thread; never blocks. */
	public void execute(Task task) {
		this.tasks.add(task);
	}

	/**
	 * Adds a task that is run after a delay. May be called on any thread; never blocks.
	 */
	public void executeLater(Task task, long nanos) {
		this.tasks.add(task, nanos);
	}

	/** Has an action run on every tick. Any thread. */
	public void startTicking(Runnable tick) {
		this.ticker.add(tick);
	}

	/** Has an action run every second only. Any thread. */
	public void tickSlowly(Runnable tick) {
		this.ticker.addSlow(tick);
	}

	public void stopTicking(Runnable tick) {
		this.ticker.remove(tick);
	}

	/**
	 * Stops the worker after the tasks that it has so far. May be called on any thread;
	 * never blocks.
	 */
	void stop() {
		execute(() -> this.stopped = true);
	}

	/** Waits until the thread has ended, for no longer than the given time. */
	void join(long millis) throws InterruptedException {
		WorkerThread current = this.thread;
		if (current != null && !isCurrentThread()) {
			current.join(millis);
		}
	}

	private void run() {
		WorkerThread self = (WorkerThread) Thread.currentThread();
		try {
			takeOver();
			while (!this.stopped) {
				self.step();
				turn();
			}
		}
		catch (WorkerReplaced ex) {
			cleanUp(self);
		}
	}

	/**
	 * Continues where the previous thread was replaced or has died.
	 */
	private void takeOver() {
		Call call = this.abandoned;
		Task interrupted = this.running;
		this.abandoned = null;
		if (call != null) {
			runSafely(call::abandon);
		}
		this.running = null;
		if (interrupted != null) {
			runSafely(interrupted::interrupted);
		}
	}

	private void cleanUp(WorkerThread self) {
		try {
			self.cleanUp();
		}
		catch (Throwable ex) {
			this.failures.warn(() -> "The cleanup after a call that returned too late failed", ex);
		}
		finally {
			this.lost.decrementAndGet();
		}
	}

	/**
	 * Runs the tasks that are due, and returns when there are none. For a worker that was
	 * not started, on a thread of the caller's choice.
	 */
	void runPending() {
		for (Task task = this.tasks.poll(0); task != null; task = this.tasks.poll(0)) {
			run(task);
		}
	}

	private void turn() {
		Task task = this.tasks.poll(this.ticker.timeLeft());
		if (task != null) {
			run(task);
		}
		if (this.ticker.timeLeft() <= 0) {
			tick();
		}
	}

	/**
	 * Runs what is run on every tick, whether one is due or not. To be called by the
	 * worker only.
	 */
	public void tick() {
		this.ticker.tick(this::runSafely);
	}

	private void run(Task task) {
		this.running = task;
		runSafely(task);
		// Not reached by a thread that was replaced: the task belongs to its replacement
		this.running = null;
	}

	private void runSafely(Runnable action) {
		try {
			action.run();
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.failures.warn(() -> "A task of the event dispatcher failed; the worker continues", ex);
		}
	}

	/**
	 * A task of a worker, which may have to know whether the thread that ran it was
	 * replaced.
	 */
	public interface Task extends Runnable {

		/**
		 * Called instead of the rest of {@link #run()}, by the replacement of a thread
		 * that was replaced or has died while it ran the task.
		 */
		default void interrupted() {
		}

	}

}
