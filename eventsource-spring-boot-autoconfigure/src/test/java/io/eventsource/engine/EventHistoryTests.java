package io.eventsource.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.runtime.Dispatcher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that come back after more than the log has kept, to a stream with a history.
 */
class EventHistoryTests {

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	/** Ids of the events in the store, which are their data too. */
	private final List<Integer> store = Collections.synchronizedList(new ArrayList<>());

	private final List<String> questions = Collections.synchronizedList(new ArrayList<>());

	private final AtomicInteger closed = new AtomicInteger();

	@AfterEach
	void close() {
		this.engine.close();
	}

	@Test
	void historyAndLogJoinWithoutGapAndDuplicate() {
		EventStream stream = start(this::afterIn, 4);
		publish(1, 10);
		Client client = this.engine.connect(stream, "2");
		client.awaitData(numbers(3, 10));
		publish(11, 12);
		client.awaitData(numbers(3, 12));
		assertThat(client.missed()).isEmpty();
		assertThat(this.questions).containsExactly("2 of test, at most 10001");
		TestEngine.await().until(() -> this.closed.get() == 1);
	}

	@Test
	void historyIsNotAskedForWhatTheLogHas() {
		EventStream stream = start(this::afterIn, 4);
		publish(1, 10);
		this.engine.connect(stream, "8").awaitData("9", "10");
		this.engine.connect(stream);
		assertThat(this.questions).isEmpty();
	}

	@Test
	void clientOfAnEarlierRunGetsWhatTheStoreHasKept() {
		this.store.addAll(List.of(1, 2, 3, 4, 5));
		EventStream stream = start(this::afterIn, 4);
		Client client = this.engine.connect(stream, "2");
		client.awaitData("3", "4", "5");
		publish(6, 7);
		client.awaitData("3", "4", "5", "6", "7");
		assertThat(client.missed()).isEmpty();
	}

	@Test
	void clientThatMissedNothingInAnEarlierRunGetsNoGap() {
		this.store.addAll(List.of(1, 2, 3));
		EventStream stream = start(this::afterIn, 4);
		Client client = this.engine.connect(stream, "3");
		// What is stored while it is read, and published later, would come twice
		TestEngine.await().until(() -> this.closed.get() == 1);
		publish(4, 4);
		client.awaitData("4");
		assertThat(client.missed()).isEmpty();
	}

	@Test
	void idThatTheHistoryDoesNotKnowIsToldSo() {
		EventStream stream = start((id, client, limit) -> null, 4);
		publish(1, 6);
		Client client = this.engine.connect(stream, "nonsense");
		client.awaitData("{\"cause\":\"unknown\"}", "3", "4", "5", "6");
		assertThat(client.missed()).containsExactly("UNKNOWN");
	}

	@Test
	void historyThatFailsHurtsOnlyTheClientThatAsked() {
		EventStream stream = start((id, client, limit) -> {
			throw new IllegalStateException("no database");
		}, 4);
		publish(1, 6);
		Client other = this.engine.connect(stream);
		Client client = this.engine.connect(stream, "1");
		client.awaitData("{\"cause\":\"unknown\"}", "3", "4", "5", "6");
		publish(7, 7);
		other.awaitData("7");
		client.awaitData("{\"cause\":\"unknown\"}", "3", "4", "5", "6", "7");
	}

	@Test
	void historyThatFailsInTheMiddleDeliversWhatItHadAndThenTheGap() {
		EventStream stream = start((id, client, limit) -> Stream.of(2, 3, 4).map((number) -> {
			if (number == 4) {
				throw new IllegalStateException("connection lost");
			}
			return event(number);
		}), 4);
		publish(1, 9);
		Client client = this.engine.connect(stream, "1");
		client.awaitData("2", "3", "{\"cause\":\"unknown\"}", "6", "7", "8", "9");
	}

	@Test
	void numberOfMissedEventsIsKnownIfTheHistoryHadNothing() {
		EventStream stream = start((id, client, limit) -> null, 2);
		Client reader = this.engine.connect(stream);
		for (int i = 1; i <= 5; i++) {
			this.publisher.emit(i);
			reader.awaitEvents(i);
		}
		Client client = this.engine.connect(stream, reader.sink().events().get(0).lastEventId());
		client.awaitData("{\"cause\":\"evicted\",\"missed\":2}", "4", "5");
	}

	@Test
	void slowHistoryHurtsOnlyTheClientThatAsked() {
		CountDownLatch release = new CountDownLatch(1);
		EventStream stream = start((id, client, limit) -> {
			release.await();
			return afterIn(id, client, limit);
		}, 4);
		publish(1, 6);
		Client other = this.engine.connect(stream);
		Client client = this.engine.connect(stream, "1");
		publish(7, 9);
		other.awaitData(numbers(7, 9));
		this.engine.advance(stream.settings().connection().heartbeat().interval());
		TestEngine.await().until(() -> !client.sink().comments().isEmpty());
		assertThat(client.data()).isEmpty();
		release.countDown();
		client.awaitData(numbers(2, 9));
	}

	@Test
	void slowHistoriesOfManyClientsTakeABoundedNumberOfThreads() {
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger waiting = new AtomicInteger();
		EventStream stream = start((id, client, limit) -> {
			waiting.incrementAndGet();
			release.await();
			return afterIn(id, client, limit);
		}, 4);
		publish(1, 6);
		List<Client> clients = IntStream.range(0, 100).mapToObj((i) -> this.engine.connect(stream, "1")).toList();
		TestEngine.await().until(() -> waiting.get() == 16);
		this.engine.tick();
		assertThat(waiting).hasValue(16);
		release.countDown();
		clients.forEach((client) -> client.awaitData(numbers(2, 6)));
	}

	@Test
	void endlessHistoryIsCutAndTheClientToldSo() {
		EventStream stream = start((id, client, limit) -> counted(Stream.iterate(100, (i) -> i + 1).map(this::event)),
				4, (settings) -> settings.historyMaxEvents(5));
		publish(1, 6);
		Client client = this.engine.connect(stream, "1");
		client.awaitData("100", "101", "102", "103", "104", "{\"cause\":\"unknown\"}", "3", "4", "5", "6");
		assertThat(this.questions).isEmpty();
		TestEngine.await().until(() -> this.closed.get() == 1);
	}

	@Test
	void historyIsReadOnlyAsFastAsTheClientReads() {
		AtomicInteger read = new AtomicInteger();
		EventStream stream = start((id, client, limit) -> counted(
				Stream.iterate(100, (i) -> i + 1).peek((i) -> read.incrementAndGet()).map((i) -> large(i))), 4);
		publish(1, 6);
		Client client = this.engine.connect(stream, "1", new RecordingSink(1));
		TestEngine.await().until(() -> client.sink().writes().size() == 1);
		this.engine.tick();
		// The batch that was written, and nothing ahead
		assertThat(read.get()).isBetween(6, 8);
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> this.closed.get() == 1);
	}

	@Test
	void readingOfAHistoryIsInterruptedWhenItsClientGoesAndTheHistoryIsClosed() throws Exception {
		CountDownLatch reading = new CountDownLatch(1);
		CountDownLatch never = new CountDownLatch(1);
		EventStream stream = start((id, client, limit) -> counted(Stream.of(2, 3).peek((i) -> {
			reading.countDown();
			await(never);
		}).map(this::event)), 4);
		publish(1, 6);
		Client client = this.engine.connect(stream, "1");
		reading.await();
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> this.closed.get() == 1);
	}

	@Test
	void historyThatIsOpenWhenTheThreadsAreGoneIsClosed() {
		ExecutorService intake = Executors.newCachedThreadPool();
		try (Dispatcher dispatcher = new Dispatcher(1, intake)) {
			EventStream stream = EventStream.builder("test", this.publisher, dispatcher)
				.settings(StreamSettings.builder().bufferSize(4).build())
				.history((id, client, limit) -> counted(IntStream.range(2, 100).mapToObj(this::large)))
				.build();
			stream.start();
			TestEngine.await()
				.until(() -> this.publisher.subscriptions() == 1 && !this.publisher.link().requests().isEmpty());
			publish(1, 100);
			RecordingSink sink = new RecordingSink(10_000);
			sink.open(stream.connect(EventClient.builder("1", "test").lastEventId("1").build(), sink));
			TestEngine.await().until(() -> sink.writes().size() == 1);
			intake.shutdown();
			TestEngine.await().until(intake::isTerminated);
			assertThat(this.closed).hasValue(0);
			stream.close();
			TestEngine.await().until(() -> this.closed.get() == 1);
		}
	}

	@Test
	void historyThatCannotBeClosedHurtsNobody() {
		this.store.addAll(List.of(1, 2, 3, 4));
		EventStream stream = start((id, client, limit) -> afterIn(id, client, limit).onClose(() -> {
			throw new AssertionError("failure");
		}), 4);
		publish(5, 10);
		for (int i = 0; i < 20; i++) {
			this.engine.connect(stream, "2").awaitData(numbers(3, 10));
		}
	}

	@Test
	void historyIsAskedAgainForWhatLeftTheLogMeanwhile() {
		EventStream stream = start((id, client, limit) -> {
			Stream<Event> snapshot = afterIn(id, client, limit);
			if (id.equals("1")) {
				// While the first answer is on its way, the log turns over
				publish(7, 20);
			}
			return snapshot;
		}, 4);
		publish(1, 6);
		Client client = this.engine.connect(stream, "1");
		client.awaitData(numbers(2, 20));
		assertThat(client.missed()).isEmpty();
	}

	@Test
	void eventOfTheHistoryThatCannotBeSentIsLeftOut() {
		this.store.addAll(List.of(1, 2, 3, 4));
		EventStream stream = start(
				(id, client, limit) -> afterIn(id, client, limit)
					.map((event) -> "3".equals(event.id()) ? large(3) : event),
				4, (settings) -> settings.maxEventSize(100));
		Client client = this.engine.connect(stream, "1");
		client.awaitData("2", "{\"cause\":\"rejected\"}", "4");
		assertThat(client.missed()).containsExactly("REJECTED");
		assertThat(this.engine.listener().rejected()).hasSize(1);
	}

	@Test
	void eventThatTheClientHasIsNotRepeated() {
		this.store.addAll(List.of(1, 2, 3));
		EventStream stream = start((id, client, limit) -> counted(this.store.stream().map(this::event)), 4);
		this.engine.connect(stream, "1").awaitData("2", "3");
	}

	@Test
	void historyOfACompletedStreamIsDeliveredBeforeTheEnd() {
		EventStream stream = start(this::afterIn, 2);
		publish(1, 6);
		this.publisher.complete();
		Client client = this.engine.connect(stream, "1");
		client.awaitClosed(CloseReason.COMPLETED);
		client.awaitData(numbers(2, 6));
	}

	@Test
	void historyIsNotAskedWhereThePublisherKnowsTheClient() {
		this.store.addAll(List.of(1, 2, 3));
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> TestEngine.personal(builder).resumable().history(this::afterIn));
		Client client = this.engine.connect(stream, "1");
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() == 1 && !this.publisher.link().requests().isEmpty());
		this.publisher.link().subscriber().onNext(event(4));
		client.awaitData("4");
		assertThat(this.questions).isEmpty();
	}

	/**
	 * Whatever the moment, a client sees each event once and in order, from the store and
	 * then from the log.
	 */
	@Test
	void clientsThatComeBackAtAnyMomentOfAFastStreamGetEachEventOnce() {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		Random random = new Random(seed);
		EventStream stream = start(this::afterIn, 16);
		int last = 3000;
		List<Client> clients = new ArrayList<>();
		List<Integer> from = new ArrayList<>();
		for (int i = 1; i <= last; i++) {
			publish(i, i);
			if (random.nextInt(30) == 0) {
				int known = 1 + random.nextInt(i);
				from.add(known);
				clients.add(this.engine.connect(stream, String.valueOf(known)));
			}
		}
		for (int i = 0; i < clients.size(); i++) {
			Client client = clients.get(i);
			String[] expected = numbers(from.get(i) + 1, last);
			TestEngine.await().until(() -> client.data().size() >= expected.length || client.sink().isComplete());
			List<String> seen = client.data();
			if (client.sink().isComplete()) {
				// It fell out of the log while it was given its history, and comes back
				client.awaitClosed(CloseReason.OVERFLOW);
				assertThat(seen).as("seed %d", seed).isEqualTo(List.of(expected).subList(0, seen.size()));
			}
			else {
				assertThat(seen).as("seed %d", seed).containsExactly(expected);
			}
			assertThat(client.missed()).as("seed %d", seed).isEmpty();
		}
	}

	private EventStream start(EventHistory history, int bufferSize) {
		return start(history, bufferSize, (settings) -> settings);
	}

	private EventStream start(EventHistory history, int bufferSize, UnaryOperator<StreamSettings.Builder> settings) {
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> builder.settings(settings.apply(StreamSettings.builder().bufferSize(bufferSize)).build())
					.history(history));
		stream.start();
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() == 1 && !this.publisher.link().requests().isEmpty());
		return stream;
	}

	/**
	 * Stores and publishes events, as an application with an outbox does.
	 */
	private void publish(int first, int last) {
		for (int i = first; i <= last; i++) {
			this.store.add(i);
			this.publisher.link().subscriber().onNext(event(i));
		}
	}

	private @Nullable Stream<Event> afterIn(String lastEventId, EventClient client, int limit) {
		this.questions.add(lastEventId + " of " + client.stream() + ", at most " + limit);
		List<Integer> snapshot = List.copyOf(this.store);
		int index = snapshot.indexOf(Integer.valueOf(lastEventId));
		return (index < 0) ? null
				: counted(snapshot.subList(index + 1, snapshot.size()).stream().limit(limit).map(this::event));
	}

	private Stream<Event> counted(Stream<Event> stream) {
		return stream.onClose(this.closed::incrementAndGet);
	}

	private Event event(int number) {
		return Event.builder().id(String.valueOf(number)).data(String.valueOf(number)).build();
	}

	private Event large(int number) {
		return Event.builder().id(String.valueOf(number)).data("x".repeat(9_000)).build();
	}

	private static String[] numbers(int first, int last) {
		return IntStream.rangeClosed(first, last).mapToObj(String::valueOf).toArray(String[]::new);
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
