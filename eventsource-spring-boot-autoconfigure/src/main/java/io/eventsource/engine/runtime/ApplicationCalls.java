package io.eventsource.engine.runtime;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.eventsource.Callee;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the application's code that are made for one stream on threads that may
 * block: those that are under way and those that wait for their thread. They are
 * interrupted when nobody needs them any more, and whoever must wait for their end is
 * told. Thread-safe.
 */
public final class ApplicationCalls {

	private final Set<Task> tasks = new HashSet<>();

	private boolean over;

	private @Nullable Runnable whenDone;

	/**
	 * Takes note of a call, to be run by a thread that may be interrupted.
	 * @param callee what is called
	 * @param action calls it
	 */
	public synchronized Task add(Callee callee, Runnable action) {
		Task task = new Task(callee, action);
		this.tasks.add(task);
		return task;
	}

	/**
	 * Interrupts the threads that are in a call, but for the caller's own. What still
	 * waits for its thread is interrupted as soon as it has one.
	 * @param callee in a call of what
	 */
	public void interrupt(Callee callee) {
		List<Task> all;
		synchronized (this) {
			all = this.tasks.stream().filter((task) -> task.callee == callee).toList();
		}
		all.forEach(Task::interrupt);
	}

	/**
	 * Takes note that no more calls follow.
	 */
	public void end() {
		Runnable action;
		synchronized (this) {
			this.over = true;
			action = takeIfDone();
		}
		run(action);
	}

	/**
	 * Runs an action once no more calls follow and the last one has returned, on
	 * whichever thread that is.
	 */
	public void whenDone(Runnable action) {
		Runnable now;
		synchronized (this) {
			this.whenDone = action;
			now = takeIfDone();
		}
		run(now);
	}

	private void remove(Task task) {
		Runnable action;
		synchronized (this) {
			this.tasks.remove(task);
			action = takeIfDone();
		}
		run(action);
	}

	private @Nullable Runnable takeIfDone() {
		if (!this.over || !this.tasks.isEmpty()) {
			return null;
		}
		Runnable action = this.whenDone;
		this.whenDone = null;
		return action;
	}

	private static void run(@Nullable Runnable action) {
		if (action != null) {
			action.run();
		}
	}

	/**
	 * One call.
	 */
	public final class Task implements Runnable {

		private final Callee callee;

		private final Runnable action;

		private @Nullable Thread thread;

		private boolean interrupted;

		private Task(Callee callee, Runnable action) {
			this.callee = callee;
			this.action = action;
		}

		@Override
		public void run() {
			try {
				enter();
				this.action.run();
			}
			finally {
				exit();
				remove(this);
			}
		}

		private synchronized void enter() {
			this.thread = Thread.currentThread();
			if (this.interrupted) {
				this.thread.interrupt();
			}
		}

		/** Nobody interrupts the thread from here on, which is then somebody else's. */
		private synchronized void exit() {
			this.thread = null;
			if (this.interrupted && Thread.interrupted()) {
				this.interrupted = false;
			}
		}

		/**
		 * Forgets the call, which gets no thread.
		 */
		public void drop() {
			remove(this);
		}

		/**
		 * Interrupts the call, unless the caller is in it.
		 */
		public synchronized void interrupt() {
			if (this.thread != Thread.currentThread()) {
				this.interrupted = true;
				if (this.thread != null) {
					this.thread.interrupt();
				}
			}
		}

	}

}
