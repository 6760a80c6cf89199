package io.eventsource.engine.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of a dispatcher that call publishers, if the application supplies none: as
 * many as there are calls, each of which may block.
 */
final class IntakeThreads implements Executor {

	/** How long an idle thread is kept. */
	private static final long IDLE_SECONDS = 5;

	private final AtomicInteger count = new AtomicInteger();

	private final ExecutorService threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
			new SynchronousQueue<>(), this::thread);

	private Thread thread(Runnable task) {
		// Does not inherit the thread locals of the thread that happens to start it
		Thread thread = new Thread(null, task, "eventsource-intake-" + this.count.incrementAndGet(), 0, false);
		thread.setDaemon(true);
		return thread;
	}

	@Override
	public void execute(Runnable task) {
		this.threads.execute(task);
	}

	/**
	 * Interrupts the calls, and starts no more.
	 */
	void stop() {
		this.threads.shutdownNow();
	}

	/**
	 * Waits until the threads have ended, for a time at most: a container reports threads
	 * that end a moment later as leaked.
	 */
	void join(long nanos) throws InterruptedException {
		this.threads.awaitTermination(nanos, TimeUnit.NANOSECONDS);
	}

}
