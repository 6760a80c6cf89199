package io.eventsource.engine.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.eventsource.Callee;

/**
 * Runs the tasks that may block. Where the executor has no thread for one, as when the
 * system is out of them, the task is not lost, but tried again until there is.
 */
final class IntakeExecutor implements Call {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

	private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

	private final Executor executor;

	private final Worker worker;

	private final Complaints complaints;

	private volatile boolean closed;

	/**
	 * Makes the executor.
	 * @param executor what has the threads
	 * @param worker keeps the time until a task is tried again
	 * @param complaints logs failures
	 */
	IntakeExecutor(Executor executor, Worker worker, Complaints complaints) {
		this.executor = executor;
		this.worker = worker;
		this.complaints = complaints;
	}

	/**
	 * Runs a task, at once or as soon as that is possible. Any thread; throws nothing.
	 * @return whether it will be run, which is so until this is closed, unless the
	 * executor rejects the task, or there is no memory even to remember it
	 */
	boolean run(Runnable task) {
		return run(task, FIRST_PAUSE);
	}

	private boolean run(Runnable task, long pause) {
		if (this.closed) {
			return false;
		}
		try {
			execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			// It has been shut down, most likely, and will take none any more
			return false;
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.complaints.warn(() -> "There is no thread for a task of an event stream, which is tried again", ex);
			return postpone(task, pause);
		}
	}

	private void execute(Runnable task) {
		Call before = WorkerThread.enter(this);
		try {
			this.executor.execute(task);
		}
		finally {
			WorkerThread.exit(this, before);
		}
	}

	private boolean postpone(Runnable task, long pause) {
		try {
			this.worker.executeLater(() -> run(task, Math.min(2 * pause, LONGEST_PAUSE)), pause);
			return true;
		}
		catch (Throwable ex) {
			return false;
		}
	}

	void close() {
		this.closed = true;
	}

	@Override
	public Callee callee() {
		return Callee.EXECUTOR;
	}

	@Override
	public String subject() {
		return "tasks that may block";
	}

}
