package io.eventsource.engine.delivery;

import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.engine.HandOver;
import io.eventsource.engine.runtime.ManualWorker;
import io.eventsource.engine.runtime.Worker;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A publisher that leaves something and signals, and a pass that looks for it.
 */
@Tag("interleavings")
class PassSignalTests {

	private static final int ORDERS = 200;

	@Test
	void passLooksAfterWhateverWasLeftBeforeASignal() {
		ManualWorker worker = new ManualWorker(Runnable::run, () -> 0L);
		HandOver.check(ORDERS, () -> {
			Group group = new Group(worker.dispatcher().worker(0));
			group.publish();
			HandOver.run(worker::runPending, group::publish);
			worker.runPending();
			HandOver.require(group.seen == 2, "The passes have seen fewer than 2 events");
		});
	}

	@Test
	void signalsBeforeAPassAreOne() {
		ManualWorker worker = new ManualWorker(Runnable::run, () -> 0L);
		HandOver.check(ORDERS, () -> {
			Group group = new Group(worker.dispatcher().worker(0));
			HandOver.run(group::publish, group::publish);
			worker.runPending();
			HandOver.require(group.passes == 1, "There was more than one pass, or none");
			HandOver.require(group.seen == 2, "The pass has not seen 2 events");
		});
	}

	/** Also if the signal of another thread is under way, which may come too late. */
	@Test
	void lastSignalHasItsPassBeforeTheWorkerStops() {
		ManualWorker worker = new ManualWorker(Runnable::run, () -> 0L);
		HandOver.check(ORDERS, () -> {
			Group group = new Group(worker.dispatcher().worker(0));
			HandOver.run(() -> {
				group.close();
				worker.runPending();
				HandOver.require(group.closed, "No pass has seen that the group is closed");
			}, group::publish);
			worker.runPending();
		});
	}

	/** As a group of clients uses its signal. */
	private static final class Group {

		private final AtomicInteger published = new AtomicInteger();

		private final PassSignal signal;

		private volatile boolean closing;

		private int passes;

		private int seen;

		private boolean closed;

		Group(Worker worker) {
			this.signal = new PassSignal(worker, this::pass);
		}

		void publish() {
			this.published.incrementAndGet();
			this.signal.signal();
		}

		void close() {
			this.closing = true;
			this.signal.signalLast();
		}

		private void pass() {
			this.signal.begin();
			this.passes++;
			this.seen = this.published.get();
			this.closed = this.closing;
			this.signal.end();
		}

	}

}
