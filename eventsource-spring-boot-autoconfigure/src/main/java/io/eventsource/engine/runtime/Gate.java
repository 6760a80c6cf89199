package io.eventsource.engine.runtime;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * Lets a bounded number of tasks run at once; the others wait for their turn.
 */
public final class Gate implements Executor {

	private final Executor executor;

	private final int width;

	private final Complaints complaints;

	private final Queue<Runnable> waiting = new ArrayDeque<>();

	private int running;

	public Gate(Executor executor, int width, Complaints complaints) {
		this.executor = executor;
		this.width = width;
		this.complaints = complaints;
	}

	@Override
	public void execute(Runnable task) {
		synchronized (this) {
			this.waiting.add(task);
			if (this.running == this.width) {
				return;
			}
			this.running++;
		}
		try {
			this.executor.execute(this::run);
		}
		catch (Throwable ex) {
			// Another task, which may wait for this place, would wait for ever
			synchronized (this) {
				this.running--;
			}
			throw ex;
		}
	}

	private void run() {
		Runnable task = next();
		while (task != null) {
			runSafely(task);
			task = next();
		}
	}

	/** A place is given back whatever a task throws. */
	private void runSafely(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.complaints.warn(() -> "A task failed; the others go on", ex);
		}
	}

	private synchronized @Nullable Runnable next() {
		Runnable task = this.waiting.poll();
		if (task == null) {
			this.running--;
		}
		return task;
	}

}
