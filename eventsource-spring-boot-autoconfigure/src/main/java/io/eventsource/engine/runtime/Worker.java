package io.eventsource.engine.runtime;

import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * One of the threads that serve clients: its tasks, and what it looks at on every tick.
 * Nothing that a task throws ends it. A thread that stands still in foreign code, or has
 * died, is replaced by another one, which goes on with the same tasks.
 */
public final class Worker {

	/** How coarse the clock is by which heartbeats and deadlines are kept. */
	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);

	private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

	private final Set<Runnable> ticking = ConcurrentHashMap.newKeySet();

	/** Only the worker touches it. */
	private final PriorityQueue<Later> later = new PriorityQueue<>();

	private final String name;

	private final LongSupplier clock;

	private final Complaints failures;

	/** How many threads that were replaced have not come back yet. */
	private final AtomicInteger lost = new AtomicInteger();

	/** How many threads were started. */
	private int threads;

	private volatile @Nullable WorkerThread thread;

	/** What the worker is at, handed over from a thread to the one that replaces it. */
	private @Nullable Runnable running;

	/** The call that a thread was replaced in, until the next one has given it up. */
	private volatile @Nullable Call abandoned;

	private long nextTick = System.nanoTime() + TICK;

	private volatile boolean stopped;

	/**
	 * Makes a worker, which is to be started.
	 * @param name the name of its thread
	 * @param clock the clock of the dispatcher, which only the time of tasks that are run
	 * later depends on
	 * @param failures logs what tasks throw
	 */
	public Worker(String name, LongSupplier clock, Complaints failures) {
		this.name = name;
		this.clock = clock;
		this.failures = failures;
	}

	/**
	 * Starts the thread, or another one in place of it. One caller at a time.
	 */
	void start() {
		this.threads++;
		String suffix = (this.threads == 1) ? "" : "-" + this.threads;
		WorkerThread next = new WorkerThread(this::run, this.name + suffix);
		this.thread = next;
		next.start();
	}

	/**
	 * Starts another thread in place of the one that is in a call, if it still is. One
	 * caller at a time.
	 * @return whether it was
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
	 * The thread, which may have died or never been able to start; {@code null} before
	 * the first start.
	 */
	@Nullable WorkerThread thread() {
		return this.thread;
	}

	/**
	 * How many of its threads were replaced and have not come back yet.
	 */
	int lost() {
		return this.lost.get();
	}

	boolean isStopped() {
		return this.stopped;
	}

	/**
	 * Whether the caller is this worker, and not a thread of it that was replaced.
	 */
	public boolean isCurrentThread() {
		return Thread.currentThread() == this.thread;
	}

	/**
	 * Gives the worker a task. Any thread; never blocks.
	 */
	public void execute(Runnable task) {
		this.tasks.add(task);
	}

	/**
	 * Runs a task after a time. Any thread; never blocks.
	 */
	public void executeLater(Runnable task, long nanos) {
		long time = this.clock.getAsLong() + nanos;
		execute(() -> this.later.add(new Later(task, time)));
	}

	public void startTicking(Runnable tick) {
		this.ticking.add(tick);
	}

	public void stopTicking(Runnable tick) {
		this.ticking.remove(tick);
	}

	/**
	 * Stops the worker, after what was asked of it so far. Any thread; never blocks.
	 */
	void stop() {
		execute(() -> this.stopped = true);
	}

	/**
	 * Waits for the thread for a time at most.
	 */
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
	 * Goes on where another thread was replaced, or has died.
	 */
	private void takeOver() {
		Call call = this.abandoned;
		Runnable interrupted = this.running;
		this.abandoned = null;
		if (call != null) {
			runSafely(call::abandon);
		}
		if (interrupted instanceof Task task) {
			runSafely(task::interrupted);
		}
	}

	private void cleanUp(WorkerThread self) {
		try {
			self.cleanUp();
		}
		catch (Throwable ex) {
			this.failures.warn(() -> "A call that came back too late could not be cleaned up", ex);
		}
		finally {
			this.lost.decrementAndGet();
		}
	}

	private void turn() {
		runSafely(poll());
		if (System.nanoTime() - this.nextTick >= 0) {
			tick();
		}
	}

	/**
	 * Runs what is run on every tick, whether one is due or not. Only the worker.
	 */
	public void tick() {
		this.ticking.forEach(this::runSafely);
		this.nextTick = System.nanoTime() + TICK;
	}

	/**
	 * Waits for a task, until the next tick at most.
	 */
	private @Nullable Runnable poll() {
		long wait = this.nextTick - System.nanoTime();
		Later next = this.later.peek();
		if (next != null) {
			long left = next.time() - this.clock.getAsLong();
			if (left <= 0) {
				return this.later.remove().task();
			}
			wait = Math.min(wait, left);
		}
		try {
			return this.tasks.poll(wait, TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			// Nobody interrupts a worker to stop it; a listener's code may have
			return null;
		}
	}

	private void runSafely(@Nullable Runnable task) {
		if (task == null) {
			return;
		}
		this.running = task;
		try {
			task.run();
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.failures.warn(() -> "A task of the event dispatcher failed; the worker goes on", ex);
		}
		// Not where the thread was replaced, since this is then another one's
		this.running = null;
	}

	/**
	 * What can be asked of a worker that may be replaced meanwhile.
	 */
	public interface Task extends Runnable {

		/**
		 * Called in place of the rest of {@link #run()} by the thread that goes on, if
		 * the one that ran it was replaced, or has died.
		 */
		void interrupted();

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
