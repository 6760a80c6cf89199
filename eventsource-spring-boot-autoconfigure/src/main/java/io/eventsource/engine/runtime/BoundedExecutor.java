package io.eventsource.engine.runtime;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * An executor that runs a bounded number of tasks at a time on the threads of another
 * one, while the others wait in a queue.
 */
public final class BoundedExecutor implements Executor {

	private final Executor executor;

	private final int maxRunning;

	private final ThrottledLog log;

	private final Queue<Runnable> waiting = new ArrayDeque<>();

	private int running;

	public BoundedExecutor(Executor executor, int maxRunning, ThrottledLog log) {
		this.executor = executor;
		this.maxRunning = maxRunning;
		this.log = log;
	}

	@Override
	public void execute(Runnable task) {
		synchronized (this) {
			this.waiting.add(task);
			if (this.running == this.maxRunning) {
				return;
			}
			this.running++;
		}
		try {
			this.executor.execute(this::run);
		}
		catch (Throwable ex) {
			// Otherwise the place would be taken for ever
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

	/** Whatever a task throws, the next one is run. */
	private void runSafely(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.log.warn(() -> "A task failed; the others continue", ex);
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
