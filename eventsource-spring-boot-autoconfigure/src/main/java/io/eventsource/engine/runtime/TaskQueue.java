package io.eventsource.engine.runtime;

import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.eventsource.engine.runtime.Worker.Task;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one worker: those to be run as soon as possible, in order, and those to be
 * run after a delay. Any thread may add tasks; only the worker takes them.
 */
final class TaskQueue {

	private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();

	/** Accessed by the worker only. */
	private final PriorityQueue<Delayed> delayed = new PriorityQueue<>();

	private final LongSupplier clock;

	TaskQueue(LongSupplier clock) {
		this.clock = clock;
	}

	/**
	 * Adds a task. Never blocks.
	 */
	void add(Task task) {
		this.tasks.add(task);
	}

	/**
	 * Adds a task that becomes due after a delay. Never blocks.
	 */
	void add(Task task, long nanos) {
		long time = this.clock.getAsLong() + nanos;
		add(() -> this.delayed.add(new Delayed(task, time)));
	}

	/**
	 * Takes the next task, for which it waits no longer than the given time.
	 * @return the task, or {@code null} if there was none
	 */
	@Nullable Task poll(long nanos) {
		long wait = nanos;
		Delayed next = this.delayed.peek();
		if (next != null) {
			long left = next.time() - this.clock.getAsLong();
			if (left <= 0) {
				return this.delayed.remove().task();
			}
			wait = Math.min(wait, left);
		}
		try {
			return this.tasks.poll(wait, TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			// Workers are not stopped by interrupts; the code of a listener may cause one
			return null;
		}
	}

	/**
	 * A task and the time at which it becomes due.
	 */
	private record Delayed(Task task, long time) implements Comparable<Delayed> {

		@Override
		public int compareTo(Delayed other) {
			return Long.signum(this.time - other.time);
		}

	}

}
