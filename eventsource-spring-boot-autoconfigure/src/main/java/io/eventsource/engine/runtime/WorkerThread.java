package io.eventsource.engine.runtime;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.eventsource.Callee;
import io.eventsource.NonBlockingThread;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a {@link Worker}, which knows the call that it is in, if that leads out
 * of the engine. A single compare-and-set decides whether such a call has returned in
 * time or its thread is replaced, so that a replaced thread never continues after the
 * call.
 */
public final class WorkerThread extends Thread implements NonBlockingThread {

	/** Stands for the call of a thread that has been replaced. */
	private static final Call REPLACED = new Call() {

		@Override
		public Callee callee() {
			return Callee.ENGINE;
		}

		@Override
		public String subject() {
			return "nobody";
		}

	};

	private final AtomicReference<@Nullable Call> call = new AtomicReference<>();

	/** The number of steps so far, by which the watchdog sees that the thread moves. */
	private final AtomicLong steps = new AtomicLong();

	/** The call in which the thread was replaced; {@code null} if it was not. */
	private volatile @Nullable Call stuck;

	/** Whether the thread has been replaced and is cleaning up. */
	private boolean cleaningUp;

	WorkerThread(Runnable task, String name) {
		// Does not inherit the thread locals of the thread that happens to start it
		super(null, task, name, 0, false);
		setDaemon(true);
	}

	/**
	 * Begins a call to code outside the engine, if the current thread is that of a
	 * worker.
	 * @return the enclosing call, to be passed to {@link #exit}
	 */
	public static @Nullable Call enter(Call call) {
		return (Thread.currentThread() instanceof WorkerThread worker) ? worker.begin(call) : null;
	}

	/**
	 * Ends a call.
	 * @throws WorkerReplaced if the thread was replaced meanwhile
	 */
	public static void exit(Call call, @Nullable Call before) {
		if (Thread.currentThread() instanceof WorkerThread worker) {
			worker.end(call, before);
		}
	}

	/**
	 * Whether the current thread is that of a worker and has not been replaced.
	 */
	static boolean isCurrent() {
		return Thread.currentThread() instanceof WorkerThread worker && !worker.isReplaced();
	}

	private @Nullable Call begin(Call next) {
		Call before = this.call.get();
		step();
		move(before, next);
		return before;
	}

	private void end(Call current, @Nullable Call before) {
		move(current, before);
	}

	private void move(@Nullable Call from, @Nullable Call to) {
		boolean moved = from != REPLACED && this.call.compareAndSet(from, to);
		if (!moved && !this.cleaningUp) {
			throw WorkerReplaced.INSTANCE;
		}
	}

	/**
	 * Records that the thread moves. Only the thread itself calls this; the watchdog may
	 * see it a little later.
	 */
	void step() {
		this.steps.setOpaque(this.steps.getPlain() + 1);
	}

	long steps() {
		return this.steps.get();
	}

	/**
	 * The call that the thread is in, or {@code null} if it runs code of the engine.
	 */
	@Nullable Call call() {
		return this.call.get();
	}

	/**
	 * Replaces the thread if it is still in the call.
	 * @return whether it was
	 */
	boolean replace(Call current) {
		this.stuck = current;
		return this.call.compareAndSet(current, REPLACED);
	}

	boolean isReplaced() {
		return this.call.get() == REPLACED;
	}

	/**
	 * Cleans up after the call in which the thread was replaced. Called by the thread
	 * itself, as the last thing that it does.
	 */
	void cleanUp() {
		this.cleaningUp = true;
		Call current = this.stuck;
		if (current != null) {
			current.returned();
		}
	}

}
