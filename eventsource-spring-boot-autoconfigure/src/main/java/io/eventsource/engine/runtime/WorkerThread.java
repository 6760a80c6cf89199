package io.eventsource.engine.runtime;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.eventsource.Callee;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a {@link Worker}, and the call out of the engine that it is in. Whether a
 * call has come back in time, or its thread is replaced, is decided by one
 * compare-and-set: what a thread does after the call, it does only if it has not been
 * replaced.
 */
public final class WorkerThread extends Thread {

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

	/** How many steps the thread has taken, for the watchdog to see that it moves. */
	private final AtomicLong steps = new AtomicLong();

	/** The call in which the thread was replaced, if it was. */
	private volatile @Nullable Call stuck;

	/** Whether the thread, which has been replaced, does what is left to it. */
	private boolean cleaningUp;

	WorkerThread(Runnable task, String name) {
		// Without the thread locals of whoever happens to start it
		super(null, task, name, 0, false);
		setDaemon(true);
	}

	/**
	 * Begins a call out of the engine, where the current thread is that of a worker.
	 * @return the call that this one is made within, for {@link #exit}
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
	 * Whether the current thread is that of a worker, and was not replaced.
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
	 * Takes note that the thread moves. Only the thread itself does, and the watchdog may
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
	 * Takes the right to go on from the thread, if it is still in the call.
	 */
	boolean replace(Call current) {
		this.stuck = current;
		return this.call.compareAndSet(current, REPLACED);
	}

	boolean isReplaced() {
		return this.call.get() == REPLACED;
	}

	/**
	 * Cleans up after the call that the thread was replaced in. Called by the thread
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
