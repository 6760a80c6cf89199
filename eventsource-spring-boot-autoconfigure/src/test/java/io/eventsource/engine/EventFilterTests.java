package io.eventsource.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who sees what, live, in replay and in history, and what becomes of the position of a
 * client that does not see everything.
 */
class EventFilterTests {

	/** Events are for the user whose name is their key. */
	private static final EventFilter OWN = (event, client) -> event.key() == null
			|| event.key().equals(client.principalName());

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final StreamSettings.Builder settings = StreamSettings.builder().bufferSize(8);

	@AfterEach
	void close() {
		this.engine.close();
	}

	@Test
	void eachClientSeesItsOwnEvents() {
		EventStream stream = start(OWN);
		Client alice = connect(stream, "alice", null);
		Client bob = connect(stream, "bob", null);
		emit("alice", "1");
		emit("bob", "2");
		emit(null, "3");
		alice.awaitData("1", "3");
		bob.awaitData("2", "3");
		assertThat(stream.snapshot().filtered()).isEqualTo(2);
		assertThat(stream.snapshot().skipped()).isZero();
	}

	@Test
	void allFiltersMustAgree() {
		EventStream stream = start((event, client) -> !event.data().equals("1"),
				(event, client) -> !event.data().equals("2"));
		Client client = connect(stream, "anybody", null);
		IntStream.rangeClosed(1, 3).forEach((i) -> emit(null, Integer.toString(i)));
		client.awaitData("3");
	}

	@Test
	void replayIsFilteredAsLiveEventsAre() {
		EventStream stream = start(OWN);
		String first = first(stream);
		emit("alice", "1");
		emit("bob", "2");
		emit("alice", "3");
		connect(stream, "bob", first).awaitData("2");
		connect(stream, "alice", first).awaitData("1", "3");
	}

	@Test
	void guessedIdOfSomebodyElsesEventShowsNothingOfIt() {
		EventStream stream = start(OWN);
		Client alice = connect(stream, "alice", null);
		emit("alice", "secret 1");
		emit("alice", "secret 2");
		alice.awaitEvents(2);
		String id = alice.sink().events().get(0).lastEventId();
		Client bob = connect(stream, "bob", id);
		emit("bob", "3");
		bob.awaitData("3");
	}

	@Test
	void historyIsFilteredAsLiveEventsAre() {
		EventHistory history = (id, client, limit) -> IntStream.rangeClosed(Integer.parseInt(id) + 1, 6)
			.mapToObj(
					(i) -> Event.builder().data(i).id(Integer.toString(i)).key((i % 2 == 0) ? "alice" : "bob").build());
		EventStream stream = start((builder) -> builder.filters(List.of(OWN)).history(history));
		Client alice = connect(stream, "alice", "0");
		Client bob = connect(stream, "bob", "2");
		alice.awaitData("2", "4", "6");
		bob.awaitData("3", "5");
		assertThat(alice.missed()).isEmpty();
	}

	@Test
	void filterThatThrowsHidesTheEventAndHarmsNobody() {
		EventStream stream = start((event, client) -> {
			if ("bob".equals(client.principalName()) && event.data().equals("2")) {
				throw new IllegalStateException("broken");
			}
			return true;
		});
		Client alice = connect(stream, "alice", null);
		Client bob = connect(stream, "bob", null);
		IntStream.rangeClosed(1, 3).forEach((i) -> emit(null, Integer.toString(i)));
		alice.awaitData("1", "2", "3");
		bob.awaitData("1", "3");
		assertThat(this.engine.listener().filterFailures()).containsExactly("broken");
		assertThat(stream.snapshot().filtered()).isOne();
	}

	@Test
	void typesNarrowWhatAClientGets() {
		EventStream stream = start();
		Client some = connect(stream, (client) -> client.types(Set.of("b", "message")));
		emit(Event.of("a", 1));
		emit(Event.of("b", 2));
		emit(Event.of(3));
		some.awaitData("2", "3");
	}

	@Test
	void clientThatSeesNothingIsToldItsPositionWithTheHeartbeat() {
		EventStream stream = start(OWN);
		Client bob = connect(stream, "bob", null);
		emit("alice", "1");
		emit("alice", "2");
		this.engine.advance(this.settings.build().connection().heartbeat().interval());
		TestEngine.await().until(() -> bob.sink().lastEventId().endsWith("-1"));
		IntStream.range(0, 6).forEach((i) -> emit("alice", "later"));
		Client again = connect(stream, "bob", bob.sink().lastEventId());
		emit("bob", "3");
		again.awaitData("3");
		assertThat(again.missed()).isEmpty();
		bob.awaitData("3");
	}

	@Test
	void clientThatSeesNothingOfMuchIsToldItsPositionBeforeTheLogTurnsOver() {
		EventStream stream = start(OWN);
		Client bob = connect(stream, "bob", null);
		for (int i = 0; i < 100; i++) {
			emit("alice", "x");
			this.engine.work();
		}
		TestEngine.await().until(() -> !bob.sink().lastEventId().isEmpty());
		connect(stream, "bob", bob.sink().lastEventId());
		assertThat(this.engine.listener().missed("c2")).isEmpty();
		assertThat(bob.data()).isEmpty();
	}

	@Test
	void clientThatIsSentAwayIsToldItsPositionFirst() {
		EventStream stream = start(OWN);
		Client bob = connect(stream, "bob", null);
		emit("alice", "1");
		stream.stop();
		bob.awaitClosed(CloseReason.COMPLETED);
		assertThat(stream.isOver(bob.sink().lastEventId())).isTrue();
	}

	@Test
	void idsOfHiddenEventsAreNotShown() {
		EventStream stream = start(OWN);
		Client bob = connect(stream, "bob", null);
		emit(Event.builder().data("1").id("order-4711").key("alice").build());
		this.engine.advance(this.settings.build().connection().heartbeat().interval());
		TestEngine.await().until(() -> bob.sink().lastEventId().endsWith("-0"));
	}

	@Test
	void opaqueIdsOfHiddenEventsAreThePosition() {
		EventHistory history = new EventHistory() {

			@Override
			public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
				return null;
			}

			@Override
			public boolean hasOpaqueIds() {
				return true;
			}

		};
		EventStream stream = start((builder) -> builder.filters(List.of(OWN)).history(history));
		Client bob = connect(stream, "bob", null);
		emit(Event.builder().data("1").id("17-0").key("alice").build());
		this.engine.advance(this.settings.build().connection().heartbeat().interval());
		TestEngine.await().until(() -> bob.sink().lastEventId().equals("17-0"));
	}

	@Test
	void numberOfEventsMissedIsNotToldToAClientThatDoesNotSeeAll() {
		EventStream stream = start(OWN);
		String first = first(stream);
		IntStream.range(0, 20).forEach((i) -> emit("alice", "x"));
		emit("bob", "1");
		connect(stream, "bob", first).awaitData("{\"cause\":\"evicted\"}", "1");
	}

	@Test
	void initialReplayCountsWhatTheClientSees() {
		this.settings.initialReplay(2);
		EventStream stream = start(OWN);
		connect(stream, "carol", null);
		IntStream.rangeClosed(1, 3).forEach((i) -> emit("alice", "a" + i));
		IntStream.rangeClosed(1, 4).forEach((i) -> emit("bob", "b" + i));
		connect(stream, "alice", null).awaitData("a2", "a3");
		connect(stream, "bob", null).awaitData("b3", "b4");
		connect(stream, "dave", null).awaitData();
	}

	/** The newer event of the same key is somebody else's. */
	@Test
	void conflationDoesNotHideWhatOnlyAHiddenEventHasOvertaken() {
		this.settings.overflow(OverflowStrategy.CONFLATE).bufferSize(100);
		EventStream stream = start((event, client) -> ("" + event.data()).startsWith(client.principalName()));
		Client alice = connect(stream, "alice", null, new RecordingSink(1));
		emit(Event.of("price", "alice 0"));
		this.engine.work();
		emit(Event.of("price", "alice 1"));
		emit(Event.of("price", "alice 2"));
		emit(Event.of("price", "bob 3"));
		this.engine.work();
		alice.sink().ready();
		TestEngine.await().untilAsserted(() -> assertThat(alice.data()).endsWith("alice 2").doesNotContain("alice 1"));
	}

	@Test
	void connectionEndsWhenItExpires() {
		EventStream stream = start();
		Instant now = Instant.now();
		Client client = connect(stream,
				(builder) -> builder.since(now).expires(now.plusSeconds(60)).principal(() -> "alice"));
		Client stalled = connect(stream, (builder) -> builder.since(now).expires(now.plusSeconds(20)),
				new RecordingSink(0));
		emit(Event.of("1"));
		client.awaitData("1");
		this.engine.advance(Duration.ofSeconds(20));
		stalled.awaitClosed(CloseReason.EXPIRED);
		// Some of it has passed by the clock on the wall
		this.engine.advance(Duration.ofSeconds(20));
		client.assertOpen();
		this.engine.advance(Duration.ofSeconds(20));
		client.awaitClosed(CloseReason.EXPIRED);
	}

	@Test
	void lifetimeDoesNotOutlastTheExpiry() {
		this.settings.maxLifetime(Duration.ofHours(1));
		EventStream stream = start();
		Instant now = Instant.now();
		Client client = connect(stream, (builder) -> builder.since(now).expires(now.plusSeconds(60)));
		Client old = connect(stream, (builder) -> builder.since(now).expires(Instant.MIN));
		Client patient = connect(stream, (builder) -> builder.since(now).expires(Instant.MAX));
		this.engine.advance(Duration.ofMillis(100));
		old.awaitClosed(CloseReason.EXPIRED);
		this.engine.advance(Duration.ofSeconds(60));
		client.awaitClosed(CloseReason.EXPIRED);
		this.engine.advance(Duration.ofHours(1));
		patient.awaitClosed(CloseReason.LIFETIME);
	}

	private EventStream start(EventFilter... filters) {
		return start((builder) -> builder.filters(List.of(filters)));
	}

	private EventStream start(UnaryOperator<EventStreamBuilder> customizer) {
		return this.engine.stream(this.publisher,
				(builder) -> customizer.apply(builder.settings(this.settings.build())));
	}

	private Client connect(EventStream stream, @Nullable String user, @Nullable String lastEventId) {
		return connect(stream, user, lastEventId, new RecordingSink(Long.MAX_VALUE));
	}

	private Client connect(EventStream stream, @Nullable String user, @Nullable String lastEventId,
			RecordingSink sink) {
		return connect(stream,
				(client) -> client.principal((user != null) ? () -> user : null).lastEventId(lastEventId), sink);
	}

	private Client connect(EventStream stream, UnaryOperator<EventClient.Builder> customizer) {
		return connect(stream, customizer, new RecordingSink(Long.MAX_VALUE));
	}

	private Client connect(EventStream stream, UnaryOperator<EventClient.Builder> customizer, RecordingSink sink) {
		return this.engine.connect(stream, sink, customizer);
	}

	/**
	 * Publishes an event for everybody.
	 * @return its id
	 */
	private String first(EventStream stream) {
		Client client = connect(stream, "anybody", null);
		emit(null, "0");
		client.awaitData("0");
		return client.sink().lastEventId();
	}

	private void emit(@Nullable String key, String data) {
		emit((key != null) ? Event.builder().data(data).key(key).build() : Event.of(data));
	}

	private void emit(Event event) {
		TestEngine.await().until(() -> this.publisher.subscriptions() == 1);
		this.publisher.link().subscriber().onNext(event);
	}

}
