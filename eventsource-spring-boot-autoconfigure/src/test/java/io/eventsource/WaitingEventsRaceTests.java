package io.eventsource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.eventsource.engine.EventStream;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.EncodedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What waits for room in the log, with the real classes and many threads: what was taken
 * is delivered once and in the order of each thread, what was refused is not, nothing
 * waits for ever, and all bytes are given back.
 */
class WaitingEventsRaceTests {

	private static final int MEMORY = 100_000;

	private static final int LARGEST = 30_000;

	private final TestEngine engine = new TestEngine();

	@AfterEach
	void close() {
		this.engine.close();
	}

	@Test
	void whatWasTakenIsDeliveredAndNoByteIsLost() throws Exception {
		for (int round = 0; round < 20; round++) {
			play(round);
		}
	}

	private void play(int round) throws Exception {
		EventChannel channel = EventChannel.create(50,
				(round % 2 == 0) ? Duration.ofMillis(2) : Duration.ofSeconds(30));
		EventStream stream = this.engine.stream(channel,
				StreamSettings.builder()
					.overflow(OverflowStrategy.BACKPRESSURE)
					.bufferMemory(MEMORY)
					.maxEventSize(LARGEST)
					.build());
		stream.start();
		Client client = this.engine.connectBlocked(stream);
		ConcurrentLinkedQueue<String> taken = new ConcurrentLinkedQueue<>();
		AtomicBoolean over = new AtomicBoolean();
		AtomicLong most = new AtomicLong();
		List<Thread> publishers = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			int number = i;
			publishers.add(new Thread(() -> publish(channel, number, taken)));
		}
		Thread reader = new Thread(() -> {
			Random random = new Random(round * 31L);
			while (!over.get()) {
				client.sink().ready(random.nextInt(40_000) + 1);
				most.accumulateAndGet(stream.log().memory().held(), Math::max);
				Thread.yield();
			}
		});
		publishers.forEach(Thread::start);
		reader.start();
		for (Thread publisher : publishers) {
			publisher.join(Patience.LIMIT.toMillis());
			assertThat(publisher.isAlive()).as("it still waits for room").isFalse();
		}
		over.set(true);
		reader.join();
		client.sink().ready();
		client.awaitEvents(taken.size());
		for (int i = 0; i < 4; i++) {
			String prefix = i + ":";
			assertThat(
					client.data().stream().map(WaitingEventsRaceTests::name).filter((name) -> name.startsWith(prefix)))
				.containsExactlyElementsOf(taken.stream().filter((name) -> name.startsWith(prefix)).toList());
		}
		assertThat(most.get()).isLessThanOrEqualTo(MEMORY + EncodedEvent.weight(LARGEST, false));
		TestEngine.await()
			.until(() -> stream.log().memory().held() == stream.log().memory().weight(stream.log().head()));
		stream.close();
	}

	private static String name(String data) {
		return data.substring(0, data.indexOf(' '));
	}

	private static void publish(EventChannel channel, int number, ConcurrentLinkedQueue<String> taken) {
		for (int i = 0; i < 60; i++) {
			String name = number + ":" + i;
			try {
				channel.publish("message", name + " " + "x".repeat(ThreadLocalRandom.current().nextInt(LARGEST - 200)));
				taken.add(name);
			}
			catch (IllegalStateException ex) {
				// It was not taken
			}
		}
	}

}
