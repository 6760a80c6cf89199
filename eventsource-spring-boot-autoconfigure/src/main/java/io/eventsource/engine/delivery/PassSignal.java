package io.eventsource.engine.delivery;

import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.engine.runtime.Worker;

/**
 * Asks a worker for a pass over its clients. Signals that come before the pass has begun
 * are one.
 */
final class PassSignal {

	private final Worker worker;

	private final Worker.Task pass;

	private final AtomicBoolean signalled = new AtomicBoolean();

	/** Whether a pass has failed, or could not be asked for. */
	private volatile boolean overdue;

	PassSignal(Worker worker, Worker.Task pass) {
		this.worker = worker;
		this.pass = pass;
	}

	/**
	 * Asks for a pass, unless one is to come. Any thread; never blocks.
	 */
	void signal() {
		if (!this.signalled.get() && this.signalled.compareAndSet(false, true)) {
			try {
				this.worker.execute(this.pass);
			}
			catch (Throwable ex) {
				// There is no memory for a task, so the next tick does without one
				this.signalled.set(false);
				this.overdue = true;
			}
		}
	}

	/**
	 * Asks for a pass of its own: a signal that is under way on another thread may come
	 * after the worker has been stopped. Any thread; never blocks.
	 */
	void signalLast() {
		try {
			this.worker.execute(this.pass);
		}
		catch (Throwable ex) {
			this.overdue = true;
		}
	}

	/**
	 * Has a pass be asked for on the next tick.
	 */
	void signalLater() {
		this.overdue = true;
	}

	/**
	 * Begins a pass, before anything is looked at: what is signalled from here on gets a
	 * pass of its own.
	 */
	void begin() {
		this.signalled.set(false);
		this.overdue = true;
	}

	/**
	 * Ends a pass that has not failed.
	 */
	void end() {
		this.overdue = false;
	}

	/**
	 * Asks for a pass if one has failed, or could not be asked for.
	 */
	void retry() {
		if (this.overdue) {
			signal();
		}
	}

}
