package io.eventsource.engine.delivery;

import java.util.concurrent.atomic.AtomicLong;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.engine.HandOver;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.runtime.ManualWorker;
import io.eventsource.engine.runtime.StreamContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that comes while its publisher emits, or while all clients are sent away.
 */
@Tag("interleavings")
class ClientGroupTests {

	private static final int ORDERS = 200;

	private static final int SIZE = 2;

	private static final long SECOND = 1_000_000_000L;

	private static final EncodedEvent event = TestDelivery.encode(Event.of("a"));

	private final AtomicLong clock = new AtomicLong();

	private final StreamContext context = TestDelivery.context(this.clock::get);

	/** It emits as much as it may while the client is given its place. */
	@Test
	void publisherDoesNotRunAwayFromAClientThatComes() {
		this.clock.set(SECOND);
		EventLog log = log();
		ClientGroup[] group = new ClientGroup[1];
		Resumption resumption = new Resumption(false, false, (id) -> {
			for (int i = 0; i < 2; i++) {
				emit(log, group[0].floor());
			}
			return true;
		});
		group[0] = group(TestDelivery.create(this.context, log, resumption),
				new ManualWorker(Runnable::run, this.clock::get));
		ClientCursor cursor = (ClientCursor) group[0].admit(TestDelivery.client("unknown"), new CollectingSink(false));
		assertThat(log.tail()).isEqualTo(SIZE);
		assertThat(cursor.position()).isGreaterThanOrEqualTo(log.head());
	}

	/** As much as a publisher is asked for that has sent all that it was asked for. */
	private static void emit(EventLog log, Floor floor) {
		long position = floor.demanded();
		long lag = (position != Long.MAX_VALUE) ? Math.max(0, log.tail() - position) : 0;
		for (long room = SIZE - lag; room > 0; room--) {
			log.append(event);
		}
	}

	/** Also if the signal for its arrival is under way on the thread of the publisher. */
	@Test
	@Tag("soak")
	void clientThatWasAdmittedIsSentAwayWithTheOthers() {
		ManualWorker worker = new ManualWorker(Runnable::run, this.clock::get);
		HandOver.check(ORDERS, () -> {
			this.clock.set(SECOND);
			ClientGroup group = group(TestDelivery.create(this.context, log()), worker);
			CollectingSink sink = new CollectingSink(true);
			HandOver.run(group::scheduleFlush, () -> {
				admit(group, sink).writable();
				group.drain(SECOND);
				worker.runPending();
			});
			worker.runPending();
			this.clock.set(3 * SECOND);
			group.ticker().run();
			worker.runPending();
			HandOver.require(sink.completions() == 1, "The client was not sent away");
		});
	}

	private static EventLog log() {
		return new EventLog(SIZE, 10_000, false, false, () -> SECOND);
	}

	private static ClientGroup group(Delivery delivery, ManualWorker worker) {
		return new ClientGroup(delivery, TestDelivery.share(), new NoListener(), worker.dispatcher().worker(0));
	}

	private static ClientCursor admit(ClientGroup group, CollectingSink sink) {
		return (ClientCursor) group.admit(TestDelivery.client(null), sink);
	}

	/** Does nothing about what it hears. */
	private static final class NoListener implements DeliveryListener {

		@Override
		public void flushed(Frame first) {
			// Measures nothing
		}

		@Override
		public void progressed() {
			// Asks for nothing
		}

		@Override
		public void closed(EventClient client, CloseReason reason) {
			// Counts nothing
		}

	}

}
