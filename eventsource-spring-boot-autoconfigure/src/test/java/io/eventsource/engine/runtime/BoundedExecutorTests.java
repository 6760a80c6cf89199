package io.eventsource.engine.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.engine.HandOver;
import org.apache.commons.logging.impl.NoOpLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tasks that come while others come, or end.
 */
@Tag("interleavings")
class BoundedExecutorTests {

	private static final int ORDERS = 300;

	private static final ThrottledLog log = new ThrottledLog(new NoOpLog(), () -> 0L);

	@Test
	void noMoreThreadsThanAllowedAreAskedFor() {
		HandOver.check(ORDERS, () -> {
			Queue<Runnable> threads = new ConcurrentLinkedQueue<>();
			AtomicInteger ran = new AtomicInteger();
			BoundedExecutor executor = new BoundedExecutor(threads::add, 1, log);
			HandOver.run(() -> executor.execute(ran::incrementAndGet), () -> executor.execute(ran::incrementAndGet));
			HandOver.require(threads.size() == 1, threads.size() + " threads were asked for");
			threads.remove().run();
			HandOver.require(ran.get() == 2, ran + " of 2 tasks have run");
		});
	}

	@Test
	void taskThatComesAsTheLastOneEndsIsRun() {
		HandOver.check(ORDERS, () -> {
			Queue<Runnable> threads = new ConcurrentLinkedQueue<>();
			AtomicInteger ran = new AtomicInteger();
			BoundedExecutor executor = new BoundedExecutor(threads::add, 1, log);
			executor.execute(ran::incrementAndGet);
			HandOver.run(threads.remove(), () -> executor.execute(ran::incrementAndGet));
			if (!threads.isEmpty()) {
				threads.remove().run();
			}
			HandOver.require(ran.get() == 2, ran + " of 2 tasks have run");
		});
	}

}
