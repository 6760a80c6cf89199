package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.EventTopics;
import io.eventsource.OverflowStrategy;
import io.eventsource.RefusalReason;
import io.eventsource.StreamSettings;
import io.eventsource.TopicSettings;
import io.eventsource.UnknownTopics;
import io.eventsource.engine.TestEngine.Client;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several topics over one connection.
 */
class SeveralTopicsTests {

	private static final Duration LINGER = Duration.ofMinutes(5);

	private final TestEngine engine = new TestEngine();

	private EventTopics topics = EventTopics.create();

	private @Nullable TopicFamily family;

	@AfterEach
	void close() {
		if (this.family != null) {
			this.family.close();
		}
		this.engine.close();
	}

	@Test
	void clientGetsTheEventsOfAllItsTopicsInOrder() {
		TopicFamily family = family(StreamSettings.builder());
		Client client = family.connect(List.of("a", "b_c", "ü"), null);
		publish("a", "1");
		publish("x", "no");
		publish("b_c", "2");
		publish("ü", "3");
		publish("a", "4");
		client.awaitData("1", "2", "3", "4");
		assertThat(client.sink().events()).extracting(Received::lastEventId)
			.satisfiesExactly((id) -> assertThat(id).endsWith("-1_a"), (id) -> assertThat(id).endsWith("-3_b%5Fc"),
					(id) -> assertThat(id).endsWith("-4_%C3%BC"), (id) -> assertThat(id).endsWith("-5_a"));
	}

	@Test
	void oneNumberIsAPlaceInAnySetOfTopics() {
		TopicFamily family = family(StreamSettings.builder());
		Client client = family.connect(List.of("a", "b"), null);
		publish("a", "a1");
		publish("b", "b1");
		client.awaitData("a1", "b1");
		leave(client);
		publish("c", "c1");
		publish("b", "b2");
		publish("a", "a2");
		String id = client.sink().lastEventId();
		family.connect(List.of("a", "c"), id).awaitData("c1", "a2");
		family.connect(List.of("c", "b", "a"), id).awaitData("c1", "b2", "a2");
		family.connect("b", id).awaitData("b2");
	}

	@Test
	void clientThatWasSentNothingMissesNothing() {
		TopicFamily family = family(StreamSettings.builder());
		Client client = family.connect(List.of("a", "b"), null);
		leave(client);
		publish("b", "b1");
		publish("a", "a1");
		family.connect(List.of("a", "b"), client.sink().connection().openingId()).awaitData("b1", "a1");
	}

	@Test
	void newClientGetsTheLatestOfEachTopic() {
		TopicFamily family = family(StreamSettings.builder().initialReplay(1).overflow(OverflowStrategy.CONFLATE));
		publish("a", "a1");
		publish("b", "b1");
		publish("a", "a2");
		Client client = family.connect(List.of("a", "b"), null);
		client.awaitData("b1", "a2");
		publish("b", "b2");
		client.awaitData("b1", "a2", "b2");
	}

	@Test
	void gapNamesTheTopicAndTheOthersGoOn() {
		TopicFamily family = family(StreamSettings.builder().bufferSize(4));
		Client client = family.connect(List.of("a", "b"), null);
		publish("a", "a0");
		client.awaitData("a0");
		leave(client);
		for (int i = 1; i <= 6; i++) {
			publish("a", "a" + i);
		}
		awaitPublished(7);
		publish("b", "b1");
		Client back = family.connect(List.of("a", "b"), client.sink().lastEventId());
		back.awaitData("{\"cause\":\"evicted\",\"topic\":\"a\"}", "a3", "a4", "a5", "a6", "b1");
		assertThat(this.engine.listener().missed(back.id())).hasSize(1);
	}

	@Test
	void slowClientFallsOutOfOneTopicAndGoesOnWithTheOthers() {
		TopicFamily family = family(StreamSettings.builder().bufferSize(4));
		Client client = family.connect(List.of("busy", "quiet"), null, new RecordingSink(0));
		this.engine.work();
		publish("quiet", "q1");
		for (int i = 1; i <= 40; i++) {
			publish("busy", "b" + i);
			this.engine.turn(Duration.ofSeconds(1));
			this.engine.work();
		}
		publish("quiet", "q2");
		client.sink().ready();
		TestEngine.await().untilAsserted(() -> assertThat(client.data()).contains("q2"));
		List<String> data = client.data();
		assertThat(data).startsWith("q1").endsWith("b37", "b38", "b39", "b40", "q2");
		assertThat(data).filteredOn((each) -> each.startsWith("{"))
			.singleElement()
			.asString()
			.startsWith("{\"cause\":\"overflow\",\"missed\":")
			.endsWith(",\"topic\":\"busy\"}");
		long shown = data.stream().filter((each) -> each.startsWith("b")).count();
		assertThat(family.snapshot().skipped()).isEqualTo(40 - shown);
	}

	@Test
	void conflatedEventsCountAsSkipped() {
		TopicFamily family = family(StreamSettings.builder().initialReplay(10).overflow(OverflowStrategy.CONFLATE));
		for (int i = 1; i <= 5; i++) {
			publish("a", "a" + i);
		}
		publish("b", "b1");
		family.connect(List.of("a", "b"), null).awaitData("a5", "b1");
		assertThat(family.snapshot().skipped()).isEqualTo(4);
	}

	@Test
	void hiddenEventStandsForNoneThatIsShown() {
		TopicSettings rules = new TopicSettings(LINGER, 100, 1_000_000, UnknownTopics.ACCEPT, 10);
		StreamSettings settings = StreamSettings.builder()
			.initialReplay(10)
			.overflow(OverflowStrategy.CONFLATE)
			.build();
		TopicFamily family = new TopicFamily(this.engine, this.topics, settings, rules,
				(event, client) -> !String.valueOf(event.data()).contains("secret"));
		this.family = family;
		publish("a", "shown");
		publish("a", "secret");
		publish("b", "b1");
		family.connect(List.of("a", "b"), null).awaitData("shown", "b1");
	}

	@Test
	void responseEndsWhenAllTopicsHave() {
		TopicFamily family = family(StreamSettings.builder());
		Client client = family.connect(List.of("a", "b"), null);
		publish("a", "a1");
		this.topics.complete("a");
		publish("b", "b1");
		client.awaitData("a1", "b1");
		client.assertOpen();
		assertThat(family.isOver(List.of("a", "b"), client.sink().lastEventId())).isFalse();
		this.topics.complete("b");
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(family.isOver(List.of("a", "b"), client.sink().lastEventId())).isTrue();
		assertThat(family.isOver(List.of("a", "c"), client.sink().lastEventId())).isFalse();
		assertThat(family.isOver(List.of("a", "b"), null)).isFalse();
		Client late = family.connect(List.of("a", "b"), null);
		late.awaitData("a1", "b1");
		late.awaitClosed(CloseReason.COMPLETED);
	}

	@Test
	void stoppedFamilyEndsConnectionsOnceTheyHaveEverything() {
		TopicFamily family = family(StreamSettings.builder());
		Client client = family.connect(List.of("a", "b"), null, new RecordingSink(0));
		publish("a", "a1");
		publish("b", "b1");
		family.stop();
		client.sink().ready();
		client.awaitData("a1", "b1");
		client.awaitClosed(CloseReason.COMPLETED);
		Client late = family.connect(List.of("a", "n"), null);
		late.awaitData("a1");
		late.awaitClosed(CloseReason.COMPLETED);
	}

	@Test
	void connectionCountsOnceInAllAndOnceInEachTopic() throws Exception {
		TopicFamily family = family(StreamSettings.builder());
		Client several = family.connect(List.of("a", "b"), null);
		Client single = family.connect("a", null);
		publish("a", "1");
		several.awaitData("1");
		single.awaitData("1");
		assertThat(family.snapshot().clients()).isEqualTo(2);
		assertThat(family.snapshot().published()).isEqualTo(1);
		assertThat(family.snapshot().delivered()).isEqualTo(2);
		assertThat(family.topics().describe("a").stream().clients()).isEqualTo(2);
		assertThat(family.topics().describe("b").stream().clients()).isEqualTo(1);
		CompletableFuture<?> clients = family.clients("b");
		this.engine.work();
		assertThat(clients.get()).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST).hasSize(1);
		leave(several);
		TestEngine.await().untilAsserted(() -> assertThat(family.knows("b")).isFalse());
		assertThat(family.snapshot().clients()).isEqualTo(1);
		assertThat(family.snapshot().delivered()).isEqualTo(2);
	}

	@Test
	void topicStaysWhileAConnectionWatchesItAmongOthers() {
		TopicFamily family = family(StreamSettings.builder());
		publish("a", "1");
		Client client = family.connect(List.of("a", "b"), null);
		this.engine.advance(LINGER.plusSeconds(10));
		assertThat(family.knows("a")).isTrue();
		leave(client);
		this.engine.advance(LINGER.plusSeconds(10));
		assertThat(family.knows("a")).isFalse();
	}

	@Test
	void clientIsDisconnectedByEachOfItsTopics() {
		TopicFamily family = family(StreamSettings.builder());
		Client several = family.connect(List.of("a", "b"), null);
		Client other = family.connect(List.of("a", "c"), null);
		family.disconnect((client) -> "b".equals(client.topic()));
		several.awaitClosed(CloseReason.REVOKED);
		other.assertOpen();
	}

	@Test
	void thereMustBeRoomForAllTopics() {
		this.family = new TopicFamily(this.engine, this.topics, StreamSettings.defaults(),
				new TopicSettings(LINGER, 3, 1_000_000, UnknownTopics.ACCEPT, 8));
		publish("idle", "1");
		assertThat(this.family.refusal(List.of("a", "b", "c", "d"))).isEqualTo(RefusalReason.MAX_TOPICS);
		Client client = this.family.connect(List.of("a", "b", "c"), null);
		assertThat(this.family.knows("idle")).isFalse();
		assertThat(this.family.refusal(List.of("a", "d"))).isEqualTo(RefusalReason.MAX_TOPICS);
		assertThat(this.family.refusal(List.of("a", "b"))).isNull();
		client.assertOpen();
	}

	@Test
	void ownIdNamesItsTopicAndIsAPlaceInAll() {
		TopicFamily family = family(StreamSettings.builder());
		Client client = family.connect(List.of("a", "b"), null);
		for (String topic : List.of("a", "b", "a", "b")) {
			int next = client.sink().events().size() / 2;
			this.topics.publish(topic, Event.builder().id(Integer.toString(next)).data(topic + next).build());
			TestEngine.await().until(() -> client.data().contains(topic + next));
		}
		client.awaitData("a0", "b0", "a1", "b1");
		List<String> ids = client.sink().events().stream().map(Received::lastEventId).toList();
		assertThat(ids).containsExactly("0_a", "0_b", "1_a", "1_b");
		family.connect(List.of("a", "b"), "0_b").awaitData("a1", "b1");
		family.connect(List.of("a", "b"), "0_a").awaitData("b0", "a1", "b1");
		family.connect(List.of("a", "b"), "7_a")
			.awaitData("{\"cause\":\"unknown\",\"topic\":\"a\"}", "{\"cause\":\"unknown\",\"topic\":\"b\"}", "a0", "b0",
					"a1", "b1");
	}

	@Test
	void topicsOfPublishersAreSubscribedToForSuchAConnection() {
		Sinks.Many<String> a = Sinks.many().multicast().directBestEffort();
		Sinks.Many<String> b = Sinks.many().multicast().directBestEffort();
		this.topics = EventTopics.from((topic) -> topic.equals("a") ? a.asFlux() : b.asFlux());
		TopicFamily family = family(StreamSettings.builder());
		Client client = family.connect(List.of("a", "b"), null);
		TestEngine.await().until(() -> a.currentSubscriberCount() == 1 && b.currentSubscriberCount() == 1);
		a.tryEmitNext("1");
		b.tryEmitNext("2");
		a.tryEmitNext("3");
		client.awaitData("1", "2", "3");
	}

	@Test
	void publisherWaitsForAClientThatReadsUnderBackpressure() {
		TopicFamily family = family(StreamSettings.builder().bufferSize(4).overflow(OverflowStrategy.BACKPRESSURE));
		Client client = family.connect(List.of("a", "b"), null);
		Thread publisher = new Thread(() -> IntStream.range(0, 500).forEach((i) -> publish("a", "a" + i)));
		publisher.start();
		IntStream.range(0, 500).forEach((i) -> publish("b", "b" + i));
		TestEngine.await().until(() -> client.data().size() == 1000);
		assertThat(client.data()).noneMatch((data) -> data.startsWith("{"));
	}

	@Test
	void manyTopicsAndManyThreadsKeepTheOrder() throws Exception {
		TopicFamily family = family(StreamSettings.builder().bufferSize(100));
		List<String> names = IntStream.range(0, 1024).mapToObj(Integer::toString).toList();
		Client client = family.connect(names, null);
		List<Thread> threads = new ArrayList<>();
		for (int t = 0; t < 4; t++) {
			int first = t;
			threads.add(new Thread(() -> IntStream.range(0, 2048)
				.forEach((i) -> publish(Integer.toString((first + 4 * i) % 1024), first + " " + i))));
		}
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		TestEngine.await().until(() -> client.data().size() == 4 * 2048);
		long[] numbers = client.sink()
			.events()
			.stream()
			.mapToLong((each) -> Long.parseLong(each.lastEventId().replaceAll(".*-|_.*", "")))
			.toArray();
		assertThat(numbers).isSorted();
		assertThat(Arrays.stream(numbers).distinct().count()).isEqualTo(numbers.length);
	}

	private void leave(Client client) {
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
	}

	private void awaitPublished(long count) {
		TestEngine.await().until(() -> this.family != null && this.family.snapshot().published() == count);
	}

	private void publish(String topic, String data) {
		this.topics.publish(topic, "message", data);
	}

	private TopicFamily family(StreamSettings.Builder settings) {
		TopicFamily made = new TopicFamily(this.engine, this.topics, settings.build(),
				new TopicSettings(LINGER, 2000, 10_000_000, UnknownTopics.ACCEPT, 1024));
		this.family = made;
		return made;
	}

}
