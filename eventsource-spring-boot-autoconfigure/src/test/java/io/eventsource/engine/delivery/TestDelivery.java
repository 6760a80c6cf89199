package io.eventsource.engine.delivery;

import java.util.List;
import java.util.function.LongSupplier;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventSink;
import io.eventsource.PublisherPace;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.StartPosition;
import io.eventsource.engine.runtime.ApplicationCalls;
import io.eventsource.engine.runtime.PublisherStart;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.Supervisor;
import org.apache.commons.logging.impl.NoOpLog;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of a stream share that has a log, and no publisher and no threads.
 */
final class TestDelivery {

	private static final FrameEncoder encoder = new FrameEncoder(String::valueOf, 1_000_000);

	private static final Resumption resumption = new Resumption(false, false, (id) -> false);

	private static final Histories noHistories = new Histories(null,
			new HistoryTurns(Runnable::run, new EventLog(1, 1, false, false, () -> 0L), () -> 0L, 1),
			TestDelivery::encode, () -> false);

	private TestDelivery() {
	}

	/**
	 * Makes what the parts of a stream share.
	 */
	static StreamContext context(LongSupplier clock) {
		Supervisor supervisor = new Supervisor("test", new StreamListener() {
		}, new NoOpLog(), clock);
		return new StreamContext("test", StreamSettings.defaults(), false, supervisor, new ApplicationCalls(), clock);
	}

	static Delivery create(StreamContext context, EventLog log) {
		return create(context, log, resumption, noHistories);
	}

	static Delivery create(StreamContext context, EventLog log, Resumption resumption) {
		return create(context, log, resumption, noHistories);
	}

	static Delivery create(StreamContext context, EventLog log, Histories histories) {
		return create(context, log, resumption, histories);
	}

	private static Delivery create(StreamContext context, EventLog log, Resumption resumption, Histories histories) {
		return new Delivery(context, log, new Placement(context, log, resumption),
				new Visibility(context, List.of(), () -> true), histories, new SharedOutcome());
	}

	static EncodedEvent encode(Event event) {
		return encoder.encode(event);
	}

	static EventClient client(@Nullable String lastEventId) {
		return EventClient.builder("client", "test").lastEventId(lastEventId).build();
	}

	/**
	 * Makes the connection of a client that gets what comes next.
	 */
	static ClientCursor connect(Delivery delivery, EventSink sink, Runnable signal) {
		StartPosition start = StartPosition.at(delivery.log().tail());
		return new ClientCursor(Recipient.of(client(null), sink), delivery, new WorkerShare(share(), signal),
				Beginning.of(delivery.log(), start, start.position(), null), 1);
	}

	static Contention.Share share() {
		return new Contention(() -> PublisherPace.WAITS, 0).share();
	}

	/** Of a stream whose clients share the publisher. */
	private static final class SharedOutcome implements StreamOutcome {

		@Override
		public CloseReason endReason() {
			return CloseReason.COMPLETED;
		}

		@Override
		public byte[] farewell() {
			return new byte[0];
		}

		@Override
		public @Nullable PublisherStart publisherStart() {
			return null;
		}

	}

}
