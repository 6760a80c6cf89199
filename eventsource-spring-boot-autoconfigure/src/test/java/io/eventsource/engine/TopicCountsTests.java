package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.eventsource.CloseReason;
import io.eventsource.EventTopics;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicSettings;
import io.eventsource.TopicSnapshot;
import io.eventsource.TopicsSnapshot;
import io.eventsource.TopicsSnapshot.Reason;
import io.eventsource.UnknownTopics;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the topics of a family count, as sums and one by one.
 */
class TopicCountsTests {

	private static final Duration LINGER = Duration.ofMinutes(5);

	private final TestEngine engine = new TestEngine();

	private final EventTopics topics = EventTopics.create();

	private final TopicFamily family = new TopicFamily(this.engine, this.topics, StreamSettings.defaults(),
			new TopicSettings(LINGER, 4, 1_000_000, UnknownTopics.ACCEPT));

	@AfterEach
	void close() {
		this.family.close();
		this.engine.close();
	}

	@Test
	void sumsAreExactWhileTopicsComeAndGo() {
		Random random = new Random(15);
		List<Client> all = new ArrayList<>();
		List<Client> open = new ArrayList<>();
		int published = 0;
		for (int round = 0; round < 400; round++) {
			String topic = "topic " + random.nextInt(8);
			switch (random.nextInt(4)) {
				case 0 -> {
					if (this.family.refusal(topic) == null) {
						this.topics.publish(topic, "message", "x".repeat(random.nextInt(50)));
						published++;
					}
				}
				case 1 -> {
					if (this.family.refusal(topic) == null) {
						Client client = this.family.connect(topic, null);
						all.add(client);
						open.add(client);
					}
				}
				case 2 -> {
					if (!open.isEmpty()) {
						close(open.remove(random.nextInt(open.size())));
					}
				}
				default -> this.engine.advance(Duration.ofMinutes(1));
			}
			awaitSums(all, open.size(), published);
		}
		assertThat(snapshot().forgotten().values()).filteredOn((count) -> count > 10).hasSizeGreaterThanOrEqualTo(2);
		open.forEach(this::close);
		this.engine.advance(LINGER.plusSeconds(1));
		awaitSums(all, 0, published);
		assertThat(snapshot().topics()).isZero();
		assertThat(snapshot().bytes()).isZero();
	}

	private void awaitSums(List<Client> all, int open, int published) {
		TestEngine.await().untilAsserted(() -> {
			StreamSnapshot sums = this.family.snapshot();
			assertThat(sums.clients()).isEqualTo(open);
			assertThat(sums.published()).isEqualTo(published);
			assertThat(sums.delivered()).isEqualTo(all.stream().mapToLong((client) -> client.data().size()).sum());
			assertThat(sums.bytes()).isEqualTo(all.stream()
				.flatMap((client) -> client.sink().writes().stream())
				.mapToLong(Integer::intValue)
				.sum());
			assertThat(sums.greatestLag()).isZero();
		});
	}

	@Test
	void forgottenTopicsAreCountedByReason() {
		close(this.family.connect("empty", null));
		TestEngine.await().until(() -> snapshot().topics() == 0);
		for (int i = 0; i < 5; i++) {
			this.topics.publish("topic " + i, "message", "x");
		}
		this.engine.advance(LINGER.plusSeconds(1));
		this.topics.publish("large", "message", "x".repeat(600_000));
		this.topics.publish("larger", "message", "x".repeat(600_000));
		Map<Reason, Long> expected = new EnumMap<>(
				Map.of(Reason.EMPTY, 1L, Reason.MAX_TOPICS, 1L, Reason.LINGER, 4L, Reason.MEMORY, 1L));
		assertThat(snapshot().forgotten()).isEqualTo(expected);
		assertThat(snapshot().topics()).isOne();
		assertThat(snapshot().bytes()).isBetween(600_000L, 601_000L);
	}

	@Test
	void sourcesAreCountedWhileTheyRun() {
		ManualPublisher source = new ManualPublisher();
		this.topics.start("one", () -> source);
		this.topics.start("one", Flux::never);
		this.topics.start("other", Flux::never);
		assertThat(snapshot().sources()).isEqualTo(2);
		assertThat(topic("one").source()).isTrue();
		TestEngine.await().until(() -> source.subscriptions() == 1);
		source.complete();
		TestEngine.await().until(() -> snapshot().sources() == 1);
		this.topics.complete("other");
		this.topics.complete("other");
		assertThat(snapshot().sources()).isZero();
		assertThat(topic("other").source()).isFalse();
	}

	@Test
	void topicsWithTheMostClientsComeFirst() {
		for (String topic : List.of("b", "c", "c", "a", "c")) {
			this.family.connect(topic, null);
		}
		Client left = this.family.connect("d", null);
		this.topics.publish("d", "message", "x");
		close(left);
		TestEngine.await().until(() -> this.family.snapshot().clients() == 5);
		assertThat(this.family.topics().busiest(2)).extracting(TopicSnapshot::topic).containsExactly("c", "a");
		assertThat(this.family.topics().busiest(10)).extracting((topic) -> topic.stream().clients())
			.containsExactly(3, 1, 1);
	}

	@Test
	void topicIsDescribedWithTheTimeSinceItsLastUse() {
		assertThat(this.family.topics().describe("room")).isNull();
		Client client = this.family.connect("room", null);
		this.topics.publish("room", "message", "x");
		client.awaitData("x");
		assertThat(topic("room").idle()).isNull();
		assertThat(topic("room").stream().clients()).isOne();
		close(client);
		TestEngine.await().until(() -> topic("room").idle() != null);
		this.engine.advance(Duration.ofMinutes(2));
		assertThat(topic("room").idle()).isEqualTo(Duration.ofMinutes(2));
		assertThat(topic("room").stream().published()).isOne();
		assertThat(topic("room").stream().clients()).isZero();
	}

	private TopicSnapshot topic(String topic) {
		TopicSnapshot snapshot = this.family.topics().describe(topic);
		assertThat(snapshot).isNotNull();
		return snapshot;
	}

	private TopicsSnapshot snapshot() {
		return this.family.topics().snapshot("test");
	}

	private void close(Client client) {
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
	}

}
