package io.eventsource.engine.runtime;

import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The one worker of a dispatcher, without a thread of its own: other threads do what is
 * asked of it.
 */
public final class ManualWorker {

	private final Dispatcher dispatcher;

	/**
	 * Makes a dispatcher with one worker.
	 */
	public ManualWorker(Executor intake, LongSupplier clock) {
		this.dispatcher = Dispatcher.unstarted(1, intake, clock);
	}

	public Dispatcher dispatcher() {
		return this.dispatcher;
	}

	/**
	 * Makes a thread that does something, and then what was asked of the worker so far.
	 */
	public Thread thread(Runnable before) {
		return new WorkerThread(() -> {
			before.run();
			runPending();
		}, "worker");
	}

	/**
	 * Does what was asked of the worker so far.
	 */
	public void runPending() {
		worker().runPending();
	}

	/**
	 * Has the worker tick as the next thing that it does.
	 */
	public void tickNext() {
		worker().execute(worker()::tick);
	}

	/**
	 * Has the worker do what was asked of it so far on threads of its own, of which the
	 * first is replaced if it is found in a call, and waits for them.
	 * @return whether it was replaced
	 */
	public boolean runAndReplace() {
		Worker worker = worker();
		worker.start();
		WorkerThread first = worker.thread();
		Call call = first.call();
		boolean replaced = call != null && worker.replace(first, call);
		worker.stop();
		join(first);
		join(worker.thread());
		return replaced;
	}

	public int lost() {
		return worker().lost();
	}

	private Worker worker() {
		return this.dispatcher.worker(0);
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
