package io.eventsource.engine.runtime;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.eventsource.Callee;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the application's code that one stream makes on threads that may block:
 * those in progress and those that wait for a thread. They are interrupted when they are
 * no longer needed, and an action can be run after the last of them. Thread-safe.
 */
public final class ApplicationCalls {

	private final Set<Task> tasks = new HashSet<>();

	private boolean over;

	private @Nullable Runnable whenDone;

	/**
	 * Adds a call, to be run by a thread that may be interrupted.
	 * @param callee what is called
	 * @param action makes the call
	 */
	public synchronized Task add(Callee callee, Runnable action) {
		Task task = new Task(callee, action);
		this.tasks.add(task);
		return task;
	}

	/**
	 * Interrupts the threads that are in a call, except for the caller's own. A call that
	 * still waits for a thread is interrupted as soon as it has one.
	 * @param callee what is called
	 */
	public void interrupt(Callee callee) {
		List<Task> all;
		synchronized (this) {
			all = this.tasks.stream().filter((task) -> task.callee == callee).toList();
		}
		all.forEach(Task::interrupt);
	}

	/**
	 * Marks that no more calls follow.
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
	 * Runs an action once no more calls follow and the last one has returned, on the
	 * thread of that call or of the caller.
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

		/** From here on the thread is used by others and must not be interrupted. */
		private synchronized void exit() {
			this.thread = null;
			if (this.interrupted && Thread.interrupted()) {
				this.interrupted = false;
			}
		}

		/**
		 * Removes the call, for which there is no thread.
		 */
		public void drop() {
			remove(this);
		}

		/**
		 * Interrupts the call, unless it is the one that the caller is in.
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
