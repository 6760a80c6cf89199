package io.eventsource.engine.log;

import io.eventsource.Event;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * A reader of the log and a publisher that overtakes it, in the orders in which their
 * steps can follow each other. Lincheck decides on the order, and prints it if the test
 * fails.
 */
class EventLogHandOverTests {

	private static final int ORDERS = 500;

	private static final FrameEncoder encoder = new FrameEncoder(String::valueOf, 10_000);

	@Test
	void readerFindsTheFrameThatItLooksForOrKnowsThatItHasLeft() {
		EncodedEvent[] events = new EncodedEvent[4];
		for (int i = 0; i < events.length; i++) {
			events[i] = encoder.encode(Event.of(i));
		}
		Lincheck.INSTANCE.runConcurrentTest(ORDERS, () -> {
			EventLog log = new EventLog(2, 10_000, false, false, () -> 0L);
			log.append(events[0]);
			Thread publisher = new Thread(() -> {
				log.append(events[1]);
				log.append(events[2]);
				log.append(events[3]);
			});
			publisher.start();
			for (long position = 0; position < log.tail(); position++) {
				Frame frame = log.frame(position);
				// Not by AssertJ, which Lincheck would instrument as well
				if (frame != null && frame.sequence() != position) {
					throw new AssertionError("Frame " + frame.sequence() + " is in the place of " + position);
				}
				if (frame == null && position >= log.head()) {
					throw new AssertionError("There is no frame " + position + ", and the reader does not know why");
				}
			}
			join(publisher);
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

}
