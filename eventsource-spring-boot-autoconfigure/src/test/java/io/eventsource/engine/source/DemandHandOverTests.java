package io.eventsource.engine.source;

import io.eventsource.BufferSettings;
import io.eventsource.Event;
import io.eventsource.OverflowStrategy;
import io.eventsource.engine.HandOver;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;

/**
 * A publisher that emits while it is looked how much more it can be asked for.
 */
@Tag("interleavings")
class DemandHandOverTests {

	private static final int SIZE = 2;

	private static final int MEMORY = 10_000;

	private static final EncodedEvent event = new FrameEncoder(String::valueOf, 1_000).encode(Event.of("a"));

	@Test
	void publisherIsNotAskedForMoreThanFitsBeforeAClientThatTakesNothing() {
		BufferSettings settings = new BufferSettings(SIZE, MEMORY, 1_000, OverflowStrategy.DISCONNECT);
		HandOver.check(150, () -> {
			EventLog log = new EventLog(SIZE, MEMORY, false, false, () -> 0L);
			Demand demand = new Demand(settings, 1_000, new SourceLog(log, () -> 0L, () -> true, () -> {
			}), false);
			PublisherSubscription subscription = new PublisherSubscription(new NoSignals());
			subscription.onSubscribe(new Ignored());
			subscription.request(SIZE);
			HandOver.run(() -> {
				long room = demand.room(subscription, false);
				HandOver.require(room == 0, "The publisher is asked for more than fits");
			}, () -> {
				for (int i = 0; i < SIZE; i++) {
					// In the order in which a subscription adds an event and counts it
					log.append(event);
					subscription.accept(event, 0);
				}
			});
		});
	}

	/** A subscription whose publisher the test emits for. */
	private static final class Ignored implements Subscription {

		@Override
		public void request(long n) {
			// The test emits
		}

		@Override
		public void cancel() {
			throw new IllegalStateException("Not used");
		}

	}

}
