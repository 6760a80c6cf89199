package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.eventsource.CloseReason;
import io.eventsource.Event;
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
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Streams by topic: who gets what, how long topics are kept, and what is remembered of
 * them.
 */
class TopicStreamsTests {

	private static final Duration LINGER = Duration.ofMinutes(5);

	private final TestEngine engine = new TestEngine();

	private final EventTopics topics = EventTopics.create();

	private @Nullable TopicFamily family;

	@AfterEach
	void close() {
		if (this.family != null) {
			this.family.close();
		}
		this.engine.close();
	}

	@Test
	void clientGetsTheEventsOfItsTopicAlone() {
		TopicFamily family = family(settings());
		Client red = family.connect("red", null);
		Client blue = family.connect("blue", null);
		this.topics.publish("red", "message", "r1");
		this.topics.publish("blue", "message", "b1");
		this.topics.publish("red", "message", "r2");
		red.awaitData("r1", "r2");
		blue.awaitData("b1");
		assertThat(family.snapshot().clients()).isEqualTo(2);
		assertThat(family.snapshot().published()).isEqualTo(3);
	}

	@Test
	void clientResumesInItsTopicWhateverWasPublishedToOthers() {
		TopicFamily family = family(settings());
		Client first = family.connect("a", null);
		this.topics.publish("a", "message", "a1");
		first.awaitData("a1");
		first.sink().connection().close(CloseReason.DISCONNECTED);
		this.topics.publish("b", "message", "b1");
		this.topics.publish("a", "message", "a2");
		this.topics.publish("b", "message", "b2");
		family.connect("a", first.sink().lastEventId()).awaitData("a2");
		// As a number of the family it is a place in each topic
		family.connect("b", first.sink().lastEventId()).awaitData("b1", "b2");
	}

	@Test
	void clientOfAFinishedTopicGetsAsManyEventsAsIsSet() {
		TopicFamily family = family(StreamSettings.builder().initialReplay(1).build());
		this.topics.publish("order", "message", "1");
		this.topics.publish("order", "message", "2");
		this.topics.complete("order");
		Client late = family.connect("order", null);
		late.awaitData("2");
		late.awaitClosed(CloseReason.COMPLETED);
		assertThat(family.isOver("order", late.sink().lastEventId())).isTrue();
	}

	@Test
	void topicWithoutEventsIsForgottenWithItsLastClient() {
		TopicFamily family = family(settings());
		Client one = family.connect("room", null);
		Client other = family.connect("room", null);
		one.sink().connection().close(CloseReason.DISCONNECTED);
		one.awaitClosed(CloseReason.DISCONNECTED);
		assertThat(family.knows("room")).isTrue();
		other.sink().connection().close(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> !family.knows("room"));
		// Nothing has happened meanwhile
		family.connect("room", openingId(one)).assertOpen();
		assertThat(this.engine.listener().missed("t3")).isEmpty();
	}

	@Test
	void topicIsForgottenATimeAfterItsLastClientAndEvent() {
		TopicFamily family = family(settings());
		this.topics.publish("room", "message", "1");
		this.engine.advance(LINGER.minusSeconds(10));
		this.topics.publish("room", "message", "2");
		this.engine.advance(LINGER.minusSeconds(10));
		assertThat(family.knows("room")).isTrue();
		Client client = family.connect("room", null);
		this.engine.advance(LINGER.plusSeconds(10));
		assertThat(family.knows("room")).isTrue();
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		this.engine.advance(LINGER.minusSeconds(10));
		assertThat(family.knows("room")).isTrue();
		this.engine.advance(Duration.ofSeconds(11));
		assertThat(family.knows("room")).isFalse();
		assertThat(family.snapshot().published()).isEqualTo(2);
	}

	@Test
	void clientOfAForgottenTopicIsToldOnlyIfItHasMissedSomething() {
		TopicFamily family = family(settings());
		Client all = family.connect("room", null);
		this.topics.publish("room", "message", "1");
		all.awaitData("1");
		Client behind = family.connect("room", null);
		String before = openingId(behind);
		this.topics.publish("room", "message", "2");
		all.awaitData("1", "2");
		behind.awaitData("2");
		for (Client client : List.of(all, behind)) {
			client.sink().connection().close(CloseReason.DISCONNECTED);
			client.awaitClosed(CloseReason.DISCONNECTED);
		}
		this.engine.advance(LINGER.plusSeconds(1));
		assertThat(family.knows("room")).isFalse();
		Client back = family.connect("room", all.sink().lastEventId());
		Client backBehind = family.connect("room", before);
		this.topics.publish("room", "message", "3");
		back.awaitData("3");
		backBehind.awaitData("{\"cause\":\"evicted\"}", "3");
	}

	@Test
	void unknownTopicIsNotFoundWhereTopicsMustExist() {
		TopicFamily family = family(settings(), new TopicSettings(LINGER, 10, 1_000_000, UnknownTopics.NOT_FOUND));
		assertThat(family.refusal("job")).isEqualTo(RefusalReason.NOT_FOUND);
		assertThatIllegalStateException().isThrownBy(() -> family.connect("job", null));
		assertThat(family.knows("job")).isFalse();
		this.topics.publish("job", "progress", "10");
		assertThat(family.refusal("job")).isNull();
		family.connect("job", null).assertOpen();
	}

	@Test
	void roomIsMadeByForgettingTheLeastRecentlyUsedTopicWithoutClients() {
		TopicFamily family = family(settings(), new TopicSettings(LINGER, 2, 1_000_000, UnknownTopics.ACCEPT));
		this.topics.publish("a", "message", "1");
		this.topics.publish("b", "message", "1");
		this.topics.publish("a", "message", "2");
		Client client = family.connect("c", null);
		assertThat(family.knows("a")).isTrue();
		assertThat(family.knows("b")).isFalse();
		family.connect("a", null);
		assertThat(family.refusal("d")).isEqualTo(RefusalReason.MAX_TOPICS);
		assertThat(family.refusal("a")).isNull();
		assertThatIllegalStateException().isThrownBy(() -> this.topics.publish("d", "message", "1"))
			.withMessageContaining("max-topics");
		assertThatIllegalStateException().isThrownBy(() -> this.topics.start("d", Flux::never))
			.withMessageContaining("max-topics");
		client.assertOpen();
	}

	@Test
	void oldestEventsLeaveWhereTheyTakeTooMuchMemoryThoseOfTopicsWithoutClientsFirst() {
		TopicFamily family = family(settings(), new TopicSettings(LINGER, 100, 10_000, UnknownTopics.ACCEPT));
		Client client = family.connect("watched", null);
		this.topics.publish("watched", "message", "w".repeat(1000));
		for (int i = 0; i < 20; i++) {
			this.topics.publish("idle " + i, "message", "x".repeat(1000));
		}
		assertThat(family.knows("idle 19")).isTrue();
		assertThat(family.knows("idle 0")).isFalse();
		client.awaitEvents(1);
		client.sink().connection().close(CloseReason.DISCONNECTED);
		family.connect("watched", openingId(client)).awaitEvents(1);
	}

	@Test
	void endIsRememberedForATime() {
		TopicFamily family = family(settings());
		Client client = family.connect("job", null);
		this.topics.publish("job", "progress", "1");
		this.topics.complete("job");
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("1");
		assertThat(family.isOver("job", client.sink().lastEventId())).isTrue();
		assertThat(family.isOver("job", null)).isFalse();
		assertThatIllegalStateException().isThrownBy(() -> this.topics.publish("job", "progress", "2"));
		assertThat(this.topics.start("job", Flux::never)).isFalse();
		Client late = family.connect("job", null);
		late.awaitClosed(CloseReason.COMPLETED);
		assertThat(late.data()).containsExactly("1");
		this.engine.advance(LINGER.plusSeconds(1));
		assertThat(family.knows("job")).isFalse();
		assertThat(family.isOver("job", client.sink().lastEventId())).isFalse();
		this.topics.publish("job", "progress", "again");
	}

	@Test
	void completingAnUnknownTopicDoesNothing() {
		TopicFamily family = family(settings());
		this.topics.complete("nothing");
		assertThat(family.knows("nothing")).isFalse();
	}

	@Test
	void startedSourceRunsWithoutClientsAndItsEndIsThatOfTheTopic() {
		TopicFamily family = family(settings());
		ManualPublisher source = new ManualPublisher();
		Client early = family.connect("job", null);
		assertThat(this.topics.start("job", () -> source)).isTrue();
		assertThat(this.topics.start("job", () -> source)).isFalse();
		TestEngine.await().until(() -> source.subscriptions() == 1);
		early.sink().connection().close(CloseReason.DISCONNECTED);
		early.awaitClosed(CloseReason.DISCONNECTED);
		source.emit("1");
		this.engine.advance(LINGER.plusSeconds(10));
		assertThat(family.knows("job")).isTrue();
		assertThat(source.link().cancellations()).isZero();
		source.emit("2");
		TestEngine.await().until(() -> family.snapshot().published() == 2);
		Client back = family.connect("job", openingId(early));
		back.awaitData("1", "2");
		source.complete();
		back.awaitClosed(CloseReason.COMPLETED);
		assertThat(family.isOver("job", back.sink().lastEventId())).isTrue();
		this.engine.advance(LINGER.plusSeconds(1));
		assertThat(family.knows("job")).isFalse();
		assertThat(source.subscriptions()).isOne();
	}

	@Test
	void completingATopicCancelsItsSource() {
		TopicFamily family = family(settings());
		ManualPublisher source = new ManualPublisher();
		this.topics.start("answer", () -> source);
		TestEngine.await().until(() -> source.subscriptions() == 1);
		Client client = family.connect("answer", null);
		source.emit("token");
		client.awaitData("token");
		this.topics.complete("answer");
		client.awaitClosed(CloseReason.COMPLETED);
		TestEngine.await().until(() -> source.link().cancellations() == 1);
	}

	@Test
	void failureOfASourceIsToldAndIsTheEnd() {
		TopicFamily family = family(settings());
		ManualPublisher source = new ManualPublisher();
		this.topics.start("job", () -> source);
		TestEngine.await().until(() -> source.subscriptions() == 1);
		Client client = family.connect("job", null);
		source.emit("1");
		client.awaitData("1");
		source.fail(new IllegalStateException("broken"));
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("1", "{\"cause\":\"failed\"}");
		this.engine.advance(Duration.ofMinutes(1));
		assertThat(source.subscriptions()).isOne();
		assertThat(family.isOver("job", client.sink().lastEventId())).isTrue();
	}

	@Test
	void supplierThatThrowsIsAFailure() {
		TopicFamily family = family(settings());
		Client client = family.connect("job", null);
		this.topics.start("job", () -> {
			throw new IllegalStateException("no publisher");
		});
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("{\"cause\":\"failed\"}");
		assertThat(family.knows("job")).isTrue();
	}

	@Test
	void publisherOfATopicIsSharedByItsClientsAndLetGoAfterATime() {
		Map<String, ManualPublisher> publishers = new ConcurrentHashMap<>();
		EventTopics topics = EventTopics
			.from((topic) -> publishers.computeIfAbsent(topic, (name) -> new ManualPublisher()));
		TopicFamily family = family(topics, settings(), TopicSettings.DEFAULTS);
		Client one = family.connect("anna", null);
		Client other = family.connect("anna", null);
		TestEngine.await().until(() -> publishers.containsKey("anna") && publishers.get("anna").subscriptions() == 1);
		publishers.get("anna").emit("hello");
		one.awaitData("hello");
		other.awaitData("hello");
		for (Client client : List.of(one, other)) {
			client.sink().connection().close(CloseReason.DISCONNECTED);
			client.awaitClosed(CloseReason.DISCONNECTED);
		}
		assertThat(publishers.get("anna").link().cancellations()).isZero();
		this.engine.advance(LINGER.plusSeconds(1));
		TestEngine.await().until(() -> publishers.get("anna").link().cancellations() == 1);
		// What its publisher has emitted since is not known
		family.connect("anna", one.sink().lastEventId()).awaitData("{\"cause\":\"evicted\"}");
		assertThatIllegalStateException().isThrownBy(() -> topics.publish("anna", "message", "x"));
		assertThatIllegalStateException().isThrownBy(() -> topics.start("anna", Flux::never));
	}

	@Test
	void newestOfTheEarlyEventsAreKept() {
		for (int i = 0; i < 1025; i++) {
			this.topics.publish("room " + i, "message", "early");
		}
		TopicFamily family = family(settings());
		assertThat(family.topics().snapshot("test").topics()).isEqualTo(1024);
		assertThat(family.topics().describe("room 0")).isNull();
		assertThat(family.topics().describe("room 1024")).isNotNull();
	}

	@Test
	void eventsThatWerePublishedBeforeTheStreamsRunAreKept() {
		this.topics.publish("room", "message", "early");
		TopicFamily family = family(StreamSettings.builder().initialReplay(1).build(), TopicSettings.DEFAULTS);
		family.connect("room", null).awaitData("early");
	}

	@Test
	void newClientGetsTheLatestEventOfEachKeyOnceWhereNewerEventsStandForOlderOnes() {
		TopicFamily family = family(
				StreamSettings.builder().bufferSize(64).initialReplay(64).overflow(OverflowStrategy.CONFLATE).build());
		Client present = family.connect("prices", null);
		for (int i = 1; i <= 3; i++) {
			for (String key : List.of("a", "b")) {
				this.topics.publish("prices", Event.builder().key(key).data(key + i).build());
			}
		}
		this.topics.publish("prices", Event.builder().key("c").data("c1").build());
		present.awaitEvents(7);
		family.connect("prices", null).awaitData("a3", "b3", "c1");
	}

	@Test
	void eventIsRefusedThatCannotBeSent() {
		TopicFamily family = family(StreamSettings.builder().maxEventSize(100).build(), TopicSettings.DEFAULTS);
		Client client = family.connect("room", null);
		assertThatIllegalArgumentException().isThrownBy(() -> this.topics.publish("room", "message", "x".repeat(200)));
		this.topics.publish("room", Event.of("fine"));
		client.awaitData("fine");
	}

	@Test
	void allTopicsEndTogether() {
		TopicFamily family = family(settings());
		Client red = family.connect("red", null);
		Client blue = family.connect("blue", null);
		family.stop();
		red.awaitClosed(CloseReason.COMPLETED);
		blue.awaitClosed(CloseReason.COMPLETED);
		family.connect("green", null).awaitClosed(CloseReason.COMPLETED);
	}

	@Test
	void sourcesEndWithAllTopicsAndNothingIsTakenAnyMore() {
		TopicFamily family = family(settings());
		ManualPublisher source = new ManualPublisher();
		this.topics.start("job", () -> source);
		TestEngine.await().until(() -> source.subscriptions() == 1);
		family.stop();
		TestEngine.await().until(() -> source.link().cancellations() == 1);
		assertThatIllegalStateException().isThrownBy(() -> this.topics.publish("job", "progress", "1"));
		assertThatIllegalStateException().isThrownBy(() -> this.topics.publish("other", "progress", "1"));
		assertThatIllegalStateException().isThrownBy(() -> this.topics.start("other", Flux::never));
		this.engine.advance(LINGER.plusSeconds(1));
		assertThat(family.knows("job")).isFalse();
	}

	@Test
	void sourceDoesNotOutliveATopicThatIsCompletedWhileItStarts() {
		TopicFamily family = family(settings());
		Client client = family.connect("job", null);
		ManualPublisher source = new ManualPublisher();
		this.engine.beforeLook(() -> this.topics.complete("job"));
		this.topics.start("job", () -> source);
		client.awaitClosed(CloseReason.COMPLETED);
		this.engine.work();
		TestEngine.await()
			.until(() -> source.subscriptions() == 0 || source.link().cancellations() == source.subscriptions());
		this.engine.advance(LINGER.plusSeconds(1));
		assertThat(family.knows("job")).isFalse();
	}

	@Test
	void endOfAPublisherWithoutEventsIsRemembered() {
		EventTopics topics = EventTopics.from((topic) -> Flux.empty());
		TopicFamily family = family(topics, settings(), TopicSettings.DEFAULTS);
		Client client = family.connect("anna", null);
		client.awaitClosed(CloseReason.COMPLETED);
		this.engine.work();
		assertThat(family.isOver("anna", openingId(client))).isTrue();
		this.engine.advance(LINGER.plusSeconds(1));
		assertThat(family.knows("anna")).isFalse();
	}

	private static String openingId(Client client) {
		return client.sink().connection().openingId();
	}

	private static StreamSettings settings() {
		return StreamSettings.defaults();
	}

	private TopicFamily family(StreamSettings settings) {
		return family(settings, TopicSettings.DEFAULTS);
	}

	private TopicFamily family(StreamSettings settings, TopicSettings rules) {
		return family(this.topics, settings, rules);
	}

	private TopicFamily family(EventTopics topics, StreamSettings settings, TopicSettings rules) {
		TopicFamily created = new TopicFamily(this.engine, topics, settings, rules);
		this.family = created;
		return created;
	}

}
