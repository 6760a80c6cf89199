package io.eventsource.engine.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.eventsource.Callee;

/**
 * Runs the tasks that may block. If the executor cannot start a thread for a task,
 * because the system has run out of threads for example, the task is not lost: it is
 * tried again until there is a thread.
 */
final class IntakeExecutor implements Call {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

	private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

	private final Executor executor;

	private final Worker worker;

	private final ThrottledLog log;

	private volatile boolean closed;

	/**
	 * Creates the executor.
	 * @param executor supplies the threads
	 * @param worker tries a task again after a pause
	 * @param log logs failures
	 */
	IntakeExecutor(Executor executor, Worker worker, ThrottledLog log) {
		this.executor = executor;
		this.worker = worker;
		this.log = log;
	}

	/**
	 * Runs a task, at once or as soon as possible. May be called on any thread; never
	 * throws.
	 * @return whether the task will be run; {@code false} if this executor is closed, if
	 * the underlying one rejects the task, or if there is no memory to remember it
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
			// The executor has most likely been shut down
			return false;
		}
		catch (Throwable ex) {
			WorkerReplaced.check(ex);
			this.log.warn(() -> "No thread could be started for a task of an event stream; it will be tried again", ex);
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
