package io.eventsource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.TopicStore.End;
import io.eventsource.TopicStore.Run;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The contract of a {@link TopicStore}. Whoever writes a store extends this class. The
 * events of a topic are to keep the contract of an {@link EventStore} too, for which
 * there is {@link AbstractEventStoreTests}. The store is to keep at least {@value #KEPT}
 * events of a topic, and fewer than {@value #TRIMMING}.
 */
public abstract class AbstractTopicStoreTests {

	protected static final int KEPT = 50;

	private static final int TRIMMING = 400;

	private final List<RecordingReceiver> receivers = new ArrayList<>();

	/**
	 * Creates the store of another instance, over the same topics.
	 */
	protected abstract TopicStore instance();

	/**
	 * Ends an instance as a failure of its machine does.
	 */
	protected abstract void die(TopicStore instance);

	/**
	 * Lets the time pass for which topics are kept that nobody uses.
	 */
	protected abstract void forgetUnused();

	/**
	 * Makes the topics unavailable to all instances.
	 */
	protected abstract void goAway();

	/**
	 * Makes the topics available again, with all that was in them.
	 */
	protected abstract void comeBack() throws IOException;

	/**
	 * Has callers wait for an answer.
	 */
	protected abstract void halt() throws IOException;

	/**
	 * Gives answers again.
	 */
	protected abstract void goOn() throws IOException;

	@AfterEach
	void receiversWereCalledAsTheContractSays() {
		assertThat(this.receivers).allSatisfy((receiver) -> assertThat(receiver.violations()).isEmpty());
	}

	@Test
	void eventsOfATopicReachAllInstancesInOneOrderAndThoseOfOthersDoNot() {
		TopicStore first = instance();
		TopicStore second = instance();
		RecordingReceiver one = tail(first, "42");
		RecordingReceiver other = tail(second, "42");
		RecordingReceiver stranger = tail(second, "43");
		for (int i = 0; i < 20; i++) {
			assertThat(((i % 2 == 0) ? first : second).append("42", Event.of("event " + i))).isTrue();
		}
		first.append("43", Event.of("other"));
		awaitEvents(one, 20);
		awaitEvents(other, 20);
		await().untilAsserted(() -> assertThat(stranger.data()).containsExactly("other"));
		assertThat(ids(other)).isEqualTo(ids(one)).doesNotHaveDuplicates();
	}

	@Test
	void idsOfAllTopicsAreOneSequence() {
		TopicStore first = instance();
		TopicStore second = instance();
		Map<String, RecordingReceiver> topics = new HashMap<>();
		Stream.of("a", "b", "c").forEach((topic) -> topics.put(topic, tail(first, topic)));
		for (int i = 0; i < 30; i++) {
			((i % 2 == 0) ? first : second).append(List.of("a", "b", "c").get(i % 3), Event.of("" + i));
		}
		await().until(() -> topics.values().stream().mapToInt((each) -> each.delivered().size()).sum() == 30);
		List<Event> byId = topics.values()
			.stream()
			.flatMap((each) -> each.delivered().stream())
			.sorted((one, other) -> compare(one.id(), other.id()))
			.toList();
		assertThat(byId).extracting((event) -> Integer.valueOf(event.data().toString()))
			.isEqualTo(IntStream.range(0, 30).boxed().toList());
	}

	@Test
	void topicIsKnownFromItsFirstEventOn() {
		TopicStore store = instance();
		assertThat(store.exists("42")).isFalse();
		tail(store, "42");
		assertThat(store.exists("42")).isFalse();
		instance().append("42", Event.of("event 0"));
		assertThat(store.exists("42")).isTrue();
		assertThat(store.exists("43")).isFalse();
	}

	@Test
	void topicIsKnownFromTheStartOfItsSourceOn() {
		TopicStore store = instance();
		assertThat(start(store)).isNotNull();
		assertThat(instance().exists("job")).isTrue();
	}

	@Test
	void topicThatNobodyUsesIsForgotten() {
		TopicStore store = instance();
		store.append("42", Event.of("event 0"));
		store.end("42");
		forgetUnused();
		await().until(() -> !store.exists("42"));
		assertThat(store.append("42", Event.of("event 1"))).isTrue();
	}

	@Test
	void laterEventsHaveHigherIdsAlsoOfATopicThatWasForgotten() {
		TopicStore store = instance();
		RecordingReceiver other = tail(store, "other");
		store.append("other", Event.of("event 0"));
		awaitEvents(other, 1);
		store.append("42", Event.of("lost"));
		forgetUnused();
		RecordingReceiver receiver = tail(store, "42");
		store.append("42", Event.of("event 0"));
		await().until(() -> !receiver.delivered().isEmpty());
		assertThat(compare(ids(other).get(0), receiver.delivered().get(0).id())).isNegative();
	}

	@Test
	void oldestEventsOfATopicAreTrimmed() {
		TopicStore store = instance();
		store.append("43", Event.of("event 0"));
		IntStream.range(0, TRIMMING).forEach((i) -> store.append("42", Event.of("event " + i)));
		RecordingReceiver receiver = new RecordingReceiver();
		this.receivers.add(receiver);
		EventStore events = store.events("42");
		events.tail(receiver, 2 * TRIMMING, 1_000_000);
		assertThat(receiver.latest()).hasSizeBetween(KEPT, TRIMMING - 1)
			.last()
			.extracting(Event::data)
			.isEqualTo("event " + (TRIMMING - 1));
		assertThat(store.exists("43")).isTrue();
		events.stop();
	}

	@Test
	void oneOfManyStartsWins() {
		List<TopicStore> stores = List.of(instance(), instance());
		List<Run> runs = IntStream.range(0, 8)
			.parallel()
			.mapToObj((i) -> Stream.ofNullable(start(stores.get(i % 2))))
			.flatMap((run) -> run)
			.toList();
		assertThat(runs).hasSize(1);
	}

	@Test
	void runAndOthersAppendInOneOrder() {
		TopicStore first = instance();
		TopicStore second = instance();
		RecordingReceiver receiver = tail(second, "job");
		Run run = start(first);
		assertThat(run.append(Event.of("event 0"))).isTrue();
		assertThat(second.append("job", Event.of("event 1"))).isTrue();
		assertThat(run.append(Event.of("event 2"))).isTrue();
		awaitEvents(receiver, 3);
	}

	@ParameterizedTest
	@EnumSource
	void endOfARunIsToldBehindItsEventsAndRemembered(End end) {
		TopicStore first = instance();
		TopicStore second = instance();
		RecordingReceiver receiver = tail(second, "job");
		AtomicInteger stops = new AtomicInteger();
		Run run = first.start("job", stops::incrementAndGet);
		run.append(Event.of("event 0"));
		run.end(end);
		await().until(receiver::hasEnded);
		awaitEvents(receiver, 1);
		assertThat(receiver.endCause()).isEqualTo(end.cause());
		RecordingReceiver late = tail(instance(), "job");
		await().until(late::hasEnded);
		assertThat(late.latest()).extracting(Event::data).containsExactly("event 0");
		assertThat(late.endCause()).isEqualTo(end.cause());
		assertEnded(first);
		assertEnded(second);
		assertThat(run.append(Event.of("late"))).isFalse();
		run.end(End.FAILED);
		assertThat(stops).hasValue(0);
	}

	@Test
	void endFromAnotherInstanceStopsTheRunOnce() {
		TopicStore first = instance();
		TopicStore second = instance();
		AtomicInteger stops = new AtomicInteger();
		Run run = first.start("job", stops::incrementAndGet);
		run.append(Event.of("event 0"));
		RecordingReceiver receiver = tail(first, "job");
		second.end("job");
		second.end("job");
		await().until(() -> stops.get() > 0 && receiver.hasEnded());
		assertThat(run.append(Event.of("late"))).isFalse();
		run.end(End.COMPLETED);
		assertEnded(second);
		assertThat(stops).hasValue(1);
		assertThat(receiver.endCause()).isNull();
	}

	@Test
	void endOfATopicWithoutASourceIsToldToo() {
		TopicStore store = instance();
		RecordingReceiver receiver = tail(store, "job");
		store.append("job", Event.of("event 0"));
		instance().end("job");
		await().until(receiver::hasEnded);
		awaitEvents(receiver, 1);
		assertEnded(store);
	}

	@Test
	void unknownTopicCannotBeEnded() {
		TopicStore store = instance();
		store.end("job");
		assertThat(store.exists("job")).isFalse();
		assertThat(start(store)).isNotNull();
	}

	@Test
	@Tag("soak")
	void topicOfAnInstanceThatDiesIsInterrupted() {
		TopicStore first = instance();
		TopicStore second = instance();
		RecordingReceiver receiver = tail(second, "job");
		start(first).append(Event.of("event 0"));
		awaitEvents(receiver, 1);
		die(first);
		await().until(receiver::hasEnded);
		assertThat(receiver.endCause()).isEqualTo(GapCause.INTERRUPTED);
		assertEnded(second);
	}

	@Test
	void whileTheTopicsAreUnavailableCallsFailAndNothingIsLostOrRepeatedAfterwards() throws IOException {
		TopicStore store = instance();
		RecordingReceiver receiver = tail(store, "job");
		Run run = start(store);
		run.append(Event.of("event 0"));
		awaitEvents(receiver, 1);
		assertThat(store.isConnected()).isTrue();
		goAway();
		await().until(() -> !store.isConnected());
		for (Runnable call : List.<Runnable>of(() -> store.append("job", Event.of("lost")), () -> store.exists("job"),
				() -> store.start("other", () -> {
				}), () -> store.end("job"), () -> run.append(Event.of("event 1")), () -> run.end(End.COMPLETED))) {
			assertThatExceptionOfType(EventPublicationException.class).isThrownBy(call::run);
		}
		comeBack();
		TopicStore other = instance();
		await().ignoreException(EventPublicationException.class).until(() -> other.exists("job"));
		assertThat(other.append("job", Event.of("event 1"))).isTrue();
		awaitEvents(receiver, 2);
		assertThat(receiver.hasEnded()).isFalse();
		assertThat(receiver.missed()).isEmpty();
	}

	@Test
	void runGoesOnWhenTheTopicsAreAvailableAgain() throws IOException {
		TopicStore store = instance();
		RecordingReceiver receiver = tail(store, "job");
		Run run = start(store);
		run.append(Event.of("event 0"));
		goAway();
		assertThatExceptionOfType(EventPublicationException.class).isThrownBy(() -> run.append(Event.of("event 1")));
		comeBack();
		await().ignoreException(EventPublicationException.class).until(() -> run.append(Event.of("event 1")));
		run.end(End.COMPLETED);
		await().until(receiver::hasEnded);
		awaitEvents(receiver, 2);
	}

	@Test
	void callsWaitForAnAnswerAndOthersDoNot() throws Exception {
		TopicStore store = instance();
		RecordingReceiver receiver = tail(store, "42");
		store.append("42", Event.of("event 0"));
		awaitEvents(receiver, 1);
		halt();
		try {
			CompletableFuture<Boolean> appended = CompletableFuture
				.supplyAsync(() -> store.append("42", Event.of("event 1")));
			store.isConnected();
			store.events("43");
			assertThat(appended).isNotDone();
			goOn();
			assertThat(appended.get()).isTrue();
		}
		finally {
			goOn();
		}
		awaitEvents(receiver, 2);
	}

	private static void assertEnded(TopicStore store) {
		assertThat(store.exists("job")).isTrue();
		assertThat(store.append("job", Event.of("late"))).isFalse();
		assertThat(start(store)).isNull();
	}

	private static Run start(TopicStore store) {
		return store.start("job", () -> {
		});
	}

	private RecordingReceiver tail(TopicStore store, String topic) {
		RecordingReceiver receiver = new RecordingReceiver();
		this.receivers.add(receiver);
		store.events(topic).tail(receiver, KEPT, 1_000_000);
		return receiver;
	}

	private static void awaitEvents(RecordingReceiver receiver, int count) {
		await().untilAsserted(() -> assertThat(receiver.data())
			.isEqualTo(IntStream.range(0, count).mapToObj((i) -> "event " + i).toList()));
	}

	private static List<String> ids(RecordingReceiver receiver) {
		return receiver.delivered().stream().map(Event::id).toList();
	}

	/** Ids are two numbers, whatever the store. */
	private static int compare(String one, String other) {
		String[] first = one.split("-");
		String[] second = other.split("-");
		int order = Long.compare(Long.parseLong(first[0]), Long.parseLong(second[0]));
		return (order != 0) ? order : Long.compare(Long.parseLong(first[1]), Long.parseLong(second[1]));
	}

}
