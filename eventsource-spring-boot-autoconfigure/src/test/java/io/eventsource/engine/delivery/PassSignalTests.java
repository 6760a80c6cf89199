package io.eventsource.engine.delivery;

import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.engine.runtime.ManualWorker;
import io.eventsource.engine.runtime.Worker;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * A publisher that leaves something and signals, and a pass that looks for it, in the
 * orders in which their steps can follow each other. Lincheck decides on the order, and
 * prints it if the test fails.
 */
class PassSignalTests {

	private static final int ORDERS = 500;

	@Test
	void passLooksAfterWhateverWasLeftBeforeASignal() {
		Lincheck.INSTANCE.runConcurrentTest(ORDERS, () -> {
			ManualWorker worker = new ManualWorker(Runnable::run, () -> 0L);
			Group group = new Group(worker.dispatcher().worker(0));
			group.publish();
			Thread publisher = new Thread(group::publish);
			publisher.start();
			worker.runPending();
			join(publisher);
			worker.runPending();
			// Not by AssertJ, which Lincheck would instrument as well
			if (group.seen != 2) {
				throw new AssertionError("The passes have seen " + group.seen + " of 2 events");
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

	/** As a group of clients uses its signal. */
	private static final class Group {

		private final AtomicInteger published = new AtomicInteger();

		private final PassSignal signal;

		private int seen;

		Group(Worker worker) {
			this.signal = new PassSignal(worker, this::pass);
		}

		void publish() {
			this.published.incrementAndGet();
			this.signal.signal();
		}

		private void pass() {
			this.signal.begin();
			this.seen = this.published.get();
			this.signal.end();
		}

	}

}
