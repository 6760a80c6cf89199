package io.eventsource.engine.runtime;

import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.Callee;
import io.eventsource.engine.HandOver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The return of a call and the replacement of its thread, in the orders in which their
 * steps can follow each other. Lincheck decides on the order, and prints it if the test
 * fails.
 */
@Tag("interleavings")
class WorkerThreadHandOverTests {

	private static final int ORDERS = 500;

	@Test
	void callHasReturnedOrItsThreadWasReplacedAndNeverBoth() {
		HandOver.check(ORDERS, () -> {
			AtomicInteger returned = new AtomicInteger();
			Call call = new TestCall();
			WorkerThread thread = new WorkerThread(() -> work(call, returned), "worker");
			thread.start();
			boolean replaced = thread.call() == call && thread.replace(call);
			HandOver.join(thread);
			if (returned.get() + (replaced ? 1 : 0) != 1) {
				throw new AssertionError(returned + " have returned, replaced: " + replaced);
			}
			if (thread.isReplaced() != replaced) {
				throw new AssertionError("The thread knows nothing of its replacement, or of another");
			}
		});
	}

	private static void work(Call call, AtomicInteger returned) {
		try {
			Call before = WorkerThread.enter(call);
			WorkerThread.exit(call, before);
			returned.incrementAndGet();
		}
		catch (WorkerReplaced ex) {
			// The end
		}
	}

	/** A call that does nothing. */
	private static final class TestCall implements Call {

		@Override
		public Callee callee() {
			return Callee.SINK;
		}

		@Override
		public String subject() {
			return "a test";
		}

	}

}
