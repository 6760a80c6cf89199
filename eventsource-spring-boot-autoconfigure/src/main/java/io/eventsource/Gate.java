package io.eventsource;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * Lets a bounded number of tasks run at once; the others wait for their turn.
 */
final class Gate implements Executor {

	private final Executor executor;

	private final int width;

	private final Queue<Runnable> waiting = new ArrayDeque<>();

	private int running;

	Gate(Executor executor, int width) {
		this.executor = executor;
		this.width = width;
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
		this.executor.execute(this::run);
	}

	private void run() {
		Runnable task = next();
		while (task != null) {
			task.run();
			task = next();
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
