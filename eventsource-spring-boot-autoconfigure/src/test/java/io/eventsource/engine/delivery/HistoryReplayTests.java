package io.eventsource.engine.delivery;

import java.util.Iterator;
import java.util.Spliterators;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.eventsource.Event;
import io.eventsource.GapCause;
import io.eventsource.engine.HandOver;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.StartPosition;
import io.eventsource.engine.runtime.StreamContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A history that is read for a client that takes its events, or leaves meanwhile.
 */
@Tag("interleavings")
class HistoryReplayTests {

	private static final int ORDERS = 60;

	/** For an order with more switches. */
	private static final int MORE_ORDERS = 400;

	private static final String LARGE = "x".repeat(60_000);

	private static final Event[] events = { event("a"), event("b") };

	/** Since Lincheck takes a long loop for one that never ends. */
	private static final EncodedEvent[] encoded = { TestDelivery.encode(events[0]), TestDelivery.encode(events[1]) };

	private static final StreamContext context = TestDelivery.context(() -> 0L);

	@Test
	void historyIsClosedOnceIfItsClientLeaves() {
		HandOver.check(ORDERS, () -> {
			Store store = new Store(() -> {
			});
			store.replay.fetch();
			HandOver.run(store.reader, store.replay::cancel);
			store.requireClosed();
		});
	}

	/** A pass may follow at once. */
	@Test
	void batchIsThereWhenItIsSignalled() {
		AtomicReference<Store> store = new AtomicReference<>();
		AtomicBoolean seen = new AtomicBoolean();
		store.set(new Store(() -> seen.set(store.get().replay.hasBatch())));
		store.get().replay.fetch();
		store.get().reader.run();
		assertThat(seen).isTrue();
	}

	/** The client leaves while its second batch is read. */
	@Test
	@Tag("soak")
	void readerHasLeftTheHistoryWhenItsBatchIsThere() {
		HandOver.check(MORE_ORDERS, () -> {
			Store store = new Store(() -> {
			});
			store.leaving = true;
			store.replay.fetch();
			HandOver.run(store.reader, () -> {
				if (store.replay.hasBatch()) {
					store.replay.take();
					store.replay.fetch();
				}
			});
			store.replay.cancel();
			store.requireClosed();
		});
	}

	private static Event event(String id) {
		return Event.builder().id(id).data(LARGE).build();
	}

	/** A store with two large events, and the replay of what it has for one client. */
	private static final class Store {

		private final AtomicInteger opened = new AtomicInteger();

		private final AtomicInteger closed = new AtomicInteger();

		private final AtomicBoolean busy = new AtomicBoolean();

		private final HistoryReplay replay;

		/** Reads the first batch; the others are read at once. */
		private Runnable reader;

		private boolean leaving;

		/** Whether another thread was at the history while it was read. */
		private volatile boolean disturbed;

		Store(Runnable signal) {
			EventLog log = new EventLog(2, 1_000_000, false, false, () -> 0L);
			HistoryTurns turns = new HistoryTurns(this::run, log, () -> Long.MAX_VALUE, 1_000_000);
			Histories histories = new Histories((id, client, limit) -> open(), turns,
					(event) -> (event == events[0]) ? encoded[0] : encoded[1], () -> false);
			Recipient recipient = Recipient.of(TestDelivery.client("unknown"), new CollectingSink(true));
			HistoryRequest request = new HistoryRequest(recipient, new StartPosition(0, GapCause.UNKNOWN, null));
			this.replay = histories.replay(request, TestDelivery.create(context, log, histories), signal);
		}

		private void run(Runnable task) {
			if (this.reader == null) {
				this.reader = task;
			}
			else {
				task.run();
			}
		}

		void requireClosed() {
			HandOver.require(this.closed.get() == this.opened.get(),
					this.opened + " were opened and " + this.closed + " closed");
			HandOver.require(!this.disturbed, "Two threads were at the history");
		}

		private Stream<Event> open() {
			this.opened.incrementAndGet();
			return StreamSupport.stream(Spliterators.spliteratorUnknownSize(new Events(), 0), false)
				.onClose(this::close);
		}

		private void close() {
			this.disturbed |= this.busy.get();
			this.closed.incrementAndGet();
		}

		/** Takes its time for each event. */
		private final class Events implements Iterator<Event> {

			private int next;

			@Override
			public boolean hasNext() {
				return this.next < events.length;
			}

			@Override
			public Event next() {
				Store.this.disturbed |= Store.this.busy.getAndSet(true);
				Event event = events[this.next++];
				if (Store.this.leaving && event == events[1]) {
					Store.this.replay.cancel();
				}
				Store.this.busy.set(false);
				return event;
			}

		}

	}

}
