package io.eventsource.engine.source;

import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.Event;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.engine.HandOver;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.runtime.ApplicationCalls;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.Supervisor;
import org.apache.commons.logging.impl.NoOpLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A publisher that adds an event while it is cancelled, or while a worker looks.
 */
@Tag("interleavings")
class LogWriterTests {

	private static final int ORDERS = 150;

	private static final StreamSettings settings = StreamSettings.defaults();

	private static final StreamContext context = new StreamContext("test", settings, false,
			new Supervisor("test", new StreamListener() {
			}, new NoOpLog(), () -> 0L), new ApplicationCalls(), () -> 0L);

	private static final FrameEncoder encoder = new FrameEncoder(String::valueOf, 10_000);

	private static final EventTranslator translator = new EventTranslator(context, encoder, Event::of);

	private static final EncodedEvent event = encoder.encode(Event.of("a"));

	@Test
	void eventOfAPublisherThatIsCancelledIsNotTheFirstOfTheNextEpoch() {
		HandOver.check(ORDERS, () -> {
			EventLog log = log();
			CurrentSubscription current = new CurrentSubscription(settings.publisher(), () -> 0L);
			PublisherSubscription subscription = begin(current);
			LogWriter writer = writer(log, current, () -> {
			});
			HandOver.run(() -> {
				// As a stream does
				current.end(false);
				log.renew();
			}, () -> writer.append(subscription, event, 0));
			HandOver.require(log.head() == log.tail(), "An old event is in the new epoch");
		});
	}

	@Test
	void eventIsThereWhenItIsAnnounced() {
		HandOver.check(ORDERS, () -> {
			EventLog log = log();
			CurrentSubscription current = new CurrentSubscription(settings.publisher(), () -> 0L);
			PublisherSubscription subscription = begin(current);
			AtomicBoolean announced = new AtomicBoolean();
			LogWriter writer = writer(log, current, () -> announced.set(true));
			AtomicBoolean seen = new AtomicBoolean();
			HandOver.run(() -> {
				if (announced.getAndSet(false)) {
					seen.set(log.tail() == 1);
				}
			}, () -> writer.append(subscription, event, 0));
			HandOver.require(seen.get() || announced.get(), "The event was announced before it was there");
		});
	}

	private static EventLog log() {
		return new EventLog(2, 10_000, false, false, () -> 0L);
	}

	private static PublisherSubscription begin(CurrentSubscription current) {
		return current.begin(true, () -> new PublisherSubscription(new NoSignals()));
	}

	private static LogWriter writer(EventLog log, CurrentSubscription current, Runnable appended) {
		SourceLog view = new SourceLog(log, () -> Long.MAX_VALUE, () -> false, appended);
		return new LogWriter(context, current, translator, view, new Demand(settings.buffer(), 10_000, view, false));
	}

}
