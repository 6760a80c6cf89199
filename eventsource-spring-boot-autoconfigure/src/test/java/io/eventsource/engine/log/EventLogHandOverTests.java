package io.eventsource.engine.log;

import java.util.List;

import io.eventsource.Event;
import io.eventsource.engine.HandOver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A reader of the log and a publisher that overtakes it.
 */
@Tag("interleavings")
class EventLogHandOverTests {

	private static final int ORDERS = 200;

	private static final FrameEncoder encoder = new FrameEncoder(String::valueOf, 10_000);

	@Test
	void readerFindsTheFrameThatItLooksForOrKnowsThatItHasLeft() {
		EncodedEvent[] events = new EncodedEvent[4];
		for (int i = 0; i < events.length; i++) {
			events[i] = encoder.encode(Event.of(i));
		}
		HandOver.check(ORDERS, () -> {
			EventLog log = new EventLog(2, 10_000, false, false, () -> 0L);
			log.append(events[0]);
			HandOver.run(() -> {
				for (long position = 0; position < log.tail(); position++) {
					Frame frame = log.frame(position);
					HandOver.require(frame == null || frame.sequence() == position, "Another frame is in this place");
					HandOver.require(frame != null || position < log.head(),
							"The reader does not know what is missing");
				}
			}, () -> {
				log.append(events[1]);
				log.append(events[2]);
				log.append(events[3]);
			});
		});
	}

	@Test
	void readerIsToldWhatItHasMissedWhereNoNewerEventStandsForIt() {
		EncodedEvent[] events = new EncodedEvent[3];
		for (int i = 0; i < events.length; i++) {
			events[i] = encoder.encode(Event.builder().key("key " + i).data(i).build());
		}
		HandOver.check(ORDERS, () -> {
			EventLog log = new EventLog(2, 10_000, true, false, () -> 0L);
			log.append(events[0]);
			log.append(events[1]);
			HandOver.run(() -> {
				if (log.frame(0) == null) {
					HandOver.require(new StartPositions(log).skip(0, true).gap() != null,
							"The reader does not know what it has missed");
				}
			}, () -> log.append(events[2]));
		});
	}

	@Test
	void readerThatKnowsAnEventOfBeforeFindsWhatFollows() {
		List<EncodedEvent> older = List.of(encoder.encode(Event.builder().id("a").data("a").build()),
				encoder.encode(Event.builder().id("b").data("b").build()));
		HandOver.check(ORDERS, () -> {
			EventLog log = new EventLog(2, 10_000, false, false, () -> 0L);
			HandOver.run(() -> {
				StartPosition start = new StartPositions(log).find("a", 0);
				if (start.gap() == null) {
					HandOver.require(log.frame(start.position()) != null, "What follows is not there");
					HandOver.require(start.position() >= log.head(), "The reader has fallen out of the log");
				}
			}, () -> log.prepend(older));
		});
	}

}
