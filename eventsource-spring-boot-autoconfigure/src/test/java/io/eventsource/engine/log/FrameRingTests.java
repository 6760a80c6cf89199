package io.eventsource.engine.log;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import com.sun.management.ThreadMXBean;
import io.eventsource.Event;
import io.eventsource.StreamSettings;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.runtime.Dispatcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The log takes memory for what it keeps, however much it may keep.
 */
class FrameRingTests {

	private static final FrameEncoder encoder = new FrameEncoder(String::valueOf, 10_000);

	@Test
	void emptyLogTakesNoMemoryForWhatItMayKeep() {
		log(1_000_000);
		assertThat(allocated(() -> log(1_000_000))).isLessThan(10_000);
	}

	@Test
	void streamOfOneClientTakesNoMemoryForWhatItMayKeep() {
		try (Dispatcher dispatcher = new Dispatcher(1)) {
			StreamSettings settings = StreamSettings.builder().bufferSize(1_000_000).build();
			Runnable build = () -> EventStream.builder("personal", new ManualPublisher(), dispatcher)
				.settings(settings)
				.personal((stream) -> {
				})
				.build();
			build.run();
			assertThat(allocated(build)).isLessThan(50_000);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 15, 16, 17, 31, 33, 100, 1000, 3001 })
	void logKeepsWhatItMayAndNoMore(int capacity) {
		EventLog log = log(capacity);
		for (int i = 0; i < 2 * capacity + 5; i++) {
			log.append(event(i));
			assertThat(log.tail() - log.head()).isEqualTo(Math.min(i + 1, capacity));
			assertThat(log.frame(log.head() - 1)).isNull();
			assertThat(log.frame(log.head()).sequence()).isEqualTo(log.head());
			assertThat(log.frame(i).sequence()).isEqualTo(i);
			assertThat(log.frame(log.tail())).isNull();
		}
		assertThat(sequences(log)).isEqualTo(sequences(log.head(), log.tail()));
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 16, 17, 40, 1000 })
	void olderEventsHaveRoomBeforeTheFirst(int capacity) {
		for (int older = 0; older < 90; older += 7) {
			EventLog log = log(capacity);
			log.prepend(IntStream.range(0, older).mapToObj(FrameRingTests::event).toList());
			assertThat(log.head()).isEqualTo(-Math.min(older, capacity));
			assertThat(sequences(log)).isEqualTo(sequences(log.head(), 0));
			for (int i = 0; i < 2 * capacity; i++) {
				log.append(event(i));
				assertThat(sequences(log)).isEqualTo(sequences(log.head(), log.tail()));
				assertThat(log.tail() - log.head()).isEqualTo(Math.min(capacity, Math.min(older, capacity) + i + 1));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void whateverComesAndLeavesIsInItsPlace(long seed) {
		Random random = new Random(seed);
		int capacity = 1 + random.nextInt(200);
		EventLog log = new EventLog(capacity, 100_000, false, false, System::nanoTime);
		for (int i = 0; i < 3000; i++) {
			switch (random.nextInt(50)) {
				case 0 -> log.renew();
				case 1 -> {
					log.memory().reserve(90_000, log.tail());
					log.memory().reserve(-90_000, log.tail());
				}
				default -> log.append(event(i));
			}
			assertThat(sequences(log)).isEqualTo(sequences(log.head(), log.tail()));
		}
	}

	@Test
	void readerFindsWhatItKnowsToBeThereWhileTheRingGrows() throws Exception {
		AtomicReference<String> missing = new AtomicReference<>();
		for (int round = 0; round < 200; round++) {
			EventLog log = log(5000);
			Thread reader = new Thread(() -> {
				long tail = log.tail();
				while (tail < 3000) {
					for (long position = Math.max(0, tail - 20); position < tail; position++) {
						if (log.frame(position) == null) {
							missing.set("position " + position + " below the tail " + tail);
						}
					}
					tail = log.tail();
				}
			});
			reader.start();
			EncodedEvent event = event(round);
			for (int i = 0; i < 3000; i++) {
				log.append(event);
			}
			reader.join();
		}
		assertThat(missing).hasValue(null);
	}

	private static EventLog log(int capacity) {
		return new EventLog(capacity, 100_000_000, false, false, System::nanoTime);
	}

	private static EncodedEvent event(int number) {
		return encoder.encode(Event.of(Integer.toString(number)));
	}

	private static List<Long> sequences(EventLog log) {
		List<Long> sequences = new ArrayList<>();
		for (long position = log.head(); position < log.tail(); position++) {
			Frame frame = log.frame(position);
			sequences.add((frame != null) ? frame.sequence() : null);
		}
		return sequences;
	}

	private static List<Long> sequences(long head, long tail) {
		return IntStream.range(0, (int) (tail - head)).mapToObj((i) -> head + i).toList();
	}

	private static long allocated(Runnable action) {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		action.run();
		return threads.getCurrentThreadAllocatedBytes() - before;
	}

}
