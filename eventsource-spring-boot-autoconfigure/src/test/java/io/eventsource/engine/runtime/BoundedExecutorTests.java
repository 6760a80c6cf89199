package io.eventsource.engine.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.impl.NoOpLog;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * Tasks in every order in which the steps of their threads can follow each other, which
 * Lincheck decides; it prints the order in which the test fails.
 */
class BoundedExecutorTests {

	private static final int ORDERS = 200;

	private static final ThrottledLog log = new ThrottledLog(new NoOpLog(), () -> 0L);

	@Test
	void everyTaskRunsOnceAndNoMoreThanAllowedAtATime() {
		Lincheck.INSTANCE.runConcurrentTest(ORDERS, () -> {
			List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
			AtomicInteger running = new AtomicInteger();
			AtomicInteger most = new AtomicInteger();
			AtomicInteger ran = new AtomicInteger();
			BoundedExecutor executor = new BoundedExecutor((task) -> {
				Thread thread = new Thread(task);
				threads.add(thread);
				thread.start();
			}, 1, log);
			Runnable task = () -> {
				most.accumulateAndGet(running.incrementAndGet(), Math::max);
				ran.incrementAndGet();
				running.decrementAndGet();
			};
			Thread other = new Thread(() -> executor.execute(task));
			other.start();
			executor.execute(task);
			join(other);
			for (int i = 0; i < threads.size(); i++) {
				join(threads.get(i));
			}
			// Not by AssertJ, which Lincheck would instrument as well
			if (ran.get() != 2 || most.get() != 1) {
				throw new AssertionError(ran + " tasks have run, " + most + " at the same time");
			}
		});
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
