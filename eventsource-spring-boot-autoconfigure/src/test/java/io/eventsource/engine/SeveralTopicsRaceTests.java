package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

import io.eventsource.CloseReason;
import io.eventsource.EventTopics;
import io.eventsource.StreamSettings;
import io.eventsource.TopicSettings;
import io.eventsource.UnknownTopics;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.RepeatedTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections that watch several topics, opened and closed while topics are published to,
 * end, are forgotten, and all are stopped: nothing is left behind, and nothing fails.
 */
class SeveralTopicsRaceTests {

	private static final List<String> TOPICS = List.of("a", "b", "c", "d", "e", "f", "g");

	private static final Duration LINGER = Duration.ofSeconds(10);

	private final TestEngine engine = new TestEngine(2);

	private final EventTopics topics = EventTopics.create();

	private final TopicFamily family = new TopicFamily(this.engine, this.topics,
			StreamSettings.builder().bufferSize(16).build(),
			new TopicSettings(LINGER, 5, 100_000, UnknownTopics.ACCEPT, 5));

	private final Queue<Client> clients = new ConcurrentLinkedQueue<>();

	private final Queue<Client> opened = new ConcurrentLinkedQueue<>();

	@RepeatedTest(50)
	void nothingIsLeftOfConnectionsWhateverHappensMeanwhile() throws Exception {
		List<Thread> threads = new ArrayList<>();
		threads.add(new Thread(() -> repeat(this::open)));
		threads.add(new Thread(() -> repeat(this::open)));
		threads.add(new Thread(() -> repeat((random) -> leave())));
		threads.add(new Thread(() -> repeat((random) -> this.topics.publish(topic(random), "message", "1"))));
		threads.add(new Thread(() -> repeat((random) -> {
			if (random.nextInt(10) == 0) {
				this.topics.complete(topic(random));
			}
		})));
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		this.family.stop();
		TestEngine.await().until(() -> this.family.snapshot().clients() == 0);
		// Listeners hear of it last
		this.engine.work();
		assertThat(this.opened).isNotEmpty()
			.allSatisfy((client) -> assertThat(this.engine.listener().closed(client.id())).singleElement()
				.isIn(CloseReason.DISCONNECTED, CloseReason.COMPLETED));
		this.engine.advance(LINGER.plusSeconds(1));
		TestEngine.await().untilAsserted(() -> {
			this.engine.advance(LINGER.plusSeconds(1));
			assertThat(TOPICS).noneMatch(this.family::knows);
		});
		this.family.close();
		this.engine.close();
	}

	private static void repeat(Consumer<Random> action) {
		Random random = new Random();
		for (int i = 0; i < 200; i++) {
			try {
				action.accept(random);
			}
			catch (IllegalStateException ex) {
				// The topic has ended, or there are as many as there may be
			}
		}
	}

	private void open(Random random) {
		List<String> set = random.ints(3, 0, TOPICS.size()).distinct().mapToObj(TOPICS::get).toList();
		Client client = this.family.connect(set, null);
		this.clients.add(client);
		this.opened.add(client);
	}

	private void leave() {
		Client client = this.clients.poll();
		if (client != null) {
			client.sink().connection().close(CloseReason.DISCONNECTED);
		}
	}

	private static String topic(Random random) {
		return TOPICS.get(random.nextInt(TOPICS.size()));
	}

}
