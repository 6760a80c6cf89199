package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.LogId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that are cut off before they were sent an event, and come back.
 */
class OpeningPositionTests {

	private static final String EVICTED = "{\"cause\":\"evicted\"";

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	/** Ids of the events in the store of the application, which are their data too. */
	private final List<String> store = Collections.synchronizedList(new ArrayList<>());

	private final List<String> questions = Collections.synchronizedList(new ArrayList<>());

	@AfterEach
	void close() {
		this.engine.close();
	}

	static Stream<Case> cases() {
		return Stream.of(
				// Before anything was published
				new Case("empty").then("a", "b").gets("a", "b"), new Case("empty, and nothing comes").gets(),
				new Case("empty, and more comes than is kept").then("a", "b", "c", "d", "e", "f")
					.gets(EVICTED + ",\"missed\":2}", "c", "d", "e", "f"),
				new Case("empty, all shown from the start").replay(2).then("a", "b", "c").gets("a", "b", "c"),
				// In the midst of the stream
				new Case("quiet").before("a", "b").then("c").gets("c"),
				new Case("quiet, and nothing comes").before("a", "b").gets(),
				new Case("quiet, and as much comes as is kept").before("a", "b")
					.then("c", "d", "e", "f")
					.gets("c", "d", "e", "f"),
				new Case("quiet, and more comes than is kept").before("a", "b")
					.then("c", "d", "e", "f", "g")
					.gets(EVICTED + ",\"missed\":1}", "d", "e", "f", "g"),
				// The latest events first: those of the return, and all since the opening
				new Case("latest").replay(1).before("a", "b").gets("b"),
				new Case("latest, and one comes").replay(1).before("a", "b").then("c").gets("c"),
				new Case("latest, and more come").replay(1).before("a", "b").then("c", "d", "e").gets("c", "d", "e"),
				new Case("latest of a short log").replay(3).before("a").then("b").gets("a", "b"),
				new Case("latest, and more comes than is kept").replay(1)
					.before("a", "b")
					.then("c", "d", "e", "f", "g")
					.gets(EVICTED + ",\"missed\":1}", "d", "e", "f", "g"),
				// Ids of the publisher's
				new Case("own ids, empty").own().then("a", "b").gets("a", "b"),
				new Case("own ids").own().before("a", "b").then("c").gets("c"),
				new Case("own ids, and more comes than is kept").own()
					.before("a")
					.then("b", "c", "d", "e", "f")
					.gets(EVICTED + ",\"missed\":1}", "c", "d", "e", "f"),
				new Case("own ids, log of one event").own().size(1).before("a").then("b").gets("b"),
				// A history
				new Case("history, empty").own().history().then("a", "b").gets("a", "b"),
				new Case("history, empty, and more comes than is kept").own()
					.history()
					.then("a", "b", "c", "d", "e")
					.gets(EVICTED + ",\"missed\":1}", "b", "c", "d", "e"),
				new Case("history").own().history().before("a", "b").then("c").opens("b").gets("c"),
				new Case("history, and more comes than is kept").own()
					.history()
					.before("a", "b")
					.then("c", "d", "e", "f", "g", "h")
					.opens("b")
					.gets("c", "d", "e", "f", "g", "h"),
				new Case("history and latest").own()
					.history()
					.replay(1)
					.before("a", "b")
					.then("c", "d", "e", "f", "g")
					.opens("a")
					.gets("b", "c", "d", "e", "f", "g"),
				new Case("history of events without ids of their own").history().before("a", "b").then("c").gets("c"),
				// Filters: ids are not disclosed, unless they are opaque
				new Case("filter, empty").filter().then("hidden", "a").gets("a"),
				new Case("filter").filter().before("a", "hidden").then("b", "hidden", "c").gets("b", "c"),
				new Case("filter, and all is hidden").filter().before("a").then("hidden", "hidden").gets(),
				new Case("filter, and more comes than is kept").filter()
					.before("a")
					.then("hidden", "b", "c", "d", "e")
					.gets(EVICTED + "}", "b", "c", "d", "e"),
				new Case("filter and own ids").own().filter().before("a", "hidden").then("b").gets("b"),
				new Case("filter and history").own().history().filter().before("a", "hidden").then("b").gets("b"),
				new Case("filter and history with opaque ids").own()
					.opaque()
					.filter()
					.before("a", "hidden")
					.then("b", "hidden too", "c", "d", "e", "f")
					.opens("hidden")
					.gets("b", "c", "d", "e", "f"),
				new Case("filter and latest").filter().replay(1).before("a", "hidden").gets("a"),
				new Case("filter and latest, and one comes").filter()
					.replay(1)
					.before("a", "hidden")
					.then("b")
					.gets("b"),
				new Case("filter and latest, and what comes is hidden").filter()
					.replay(1)
					.before("a", "hidden")
					.then("hidden")
					.gets("a"),
				new Case("filter and latest, and more come").filter()
					.replay(1)
					.before("a", "hidden")
					.then("b", "hidden", "c")
					.gets("b", "c"),
				new Case("filter, latest and opaque ids").own()
					.opaque()
					.filter()
					.replay(1)
					.before("a", "hidden")
					.then("b", "c")
					.gets("b", "c"),
				new Case("types").types("message").before("a").then("b").gets("b"),
				new Case("types and latest").types("message").replay(1).before("a").then("b", "c").gets("b", "c"),
				// Events that have no id on the wire
				new Case("comment").before("a", ":").then(":", "b").gets("b"),
				new Case("checkpoint of the publisher's").before("a", "#7").then("b").gets("b"),
				// The end
				new Case("ended without more").before("a").ended().gets(),
				new Case("ended with more").before("a").then("b", "c").ended().gets("b", "c"),
				new Case("ended, empty").ended().gets());
	}

	@ParameterizedTest
	@MethodSource("cases")
	void clientGetsWhatCameMeanwhile(Case each) {
		EventStream stream = this.engine.stream(this.publisher, (builder) -> each.customize(builder, this));
		stream.start();
		subscribed();
		publish(each, each.before);
		Client quiet = connectUnserved(each, stream, null);
		String opening = quiet.sink().connection().openingId();
		assertThat(opening).isNotNull();
		if (each.opening != null) {
			assertThat(opening).isEqualTo(each.opening);
		}
		else {
			assertThat(opening).matches(stream.log().epoch() + "~[0-9]+");
		}
		quiet.sink().connection().close(CloseReason.DISCONNECTED);
		publish(each, each.then);
		if (each.ended) {
			this.publisher.complete();
			assertThat(stream.isOver(opening)).isEqualTo(each.expected.isEmpty());
		}
		Client back = connect(each, stream, opening, new RecordingSink(Long.MAX_VALUE));
		if (each.ended) {
			back.awaitClosed(CloseReason.COMPLETED);
			assertThat(back.data()).isEqualTo(each.expected);
		}
		else {
			back.awaitData(each.expected.toArray(String[]::new));
			publish(each, List.of("last"));
			TestEngine.await().untilAsserted(() -> assertThat(back.data()).endsWith("last"));
			assertThat(back.data()).hasSize(each.expected.size() + 1);
		}
	}

	@ParameterizedTest
	@MethodSource("cases")
	void clientThatIsCutOffAgainAndAgainGetsWhatCameMeanwhile(Case each) {
		EventStream stream = this.engine.stream(this.publisher, (builder) -> each.customize(builder, this));
		stream.start();
		subscribed();
		publish(each, each.before);
		Client quiet = connectUnserved(each, stream, null);
		String id = quiet.sink().connection().openingId();
		quiet.sink().connection().close(CloseReason.DISCONNECTED);
		for (String event : each.then) {
			publish(each, List.of(event));
			Client again = connectUnserved(each, stream, id);
			assertThat(again.sink().connection().openingId()).isNull();
			again.sink().connection().close(CloseReason.DISCONNECTED);
		}
		if (each.ended) {
			this.publisher.complete();
		}
		else {
			Client back = connect(each, stream, id, new RecordingSink(Long.MAX_VALUE));
			TestEngine.await().untilAsserted(() -> assertThat(back.data()).isEqualTo(each.expected));
		}
	}

	@Test
	void clientIsToldThatTheStreamBeganAnewWhileItWasAway() {
		StreamSettings lingering = StreamSettings.builder().linger(Duration.ofMinutes(1)).build();
		EventStream stream = this.engine.stream(this.publisher, lingering);
		Client quiet = this.engine.connect(stream);
		subscribed();
		String opening = quiet.sink().connection().openingId();
		quiet.sink().connection().close(CloseReason.DISCONNECTED);
		quiet.awaitClosed(CloseReason.DISCONNECTED);
		this.engine.advance(Duration.ofMinutes(2));
		TestEngine.await().until(() -> this.publisher.link().cancellations() > 0);
		this.engine.connect(stream, opening).awaitData("{\"cause\":\"restarted\"}");
	}

	@Test
	void clientOfAnEarlierProcessIsToldSo() {
		EventStream earlier = this.engine.stream(new ManualPublisher());
		String opening = this.engine.connect(earlier).sink().connection().openingId();
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream, opening).awaitData("{\"cause\":\"restarted\"}");
	}

	@Test
	void clientIsServedByTheHistoryAfterARestart() {
		Case each = new Case("history").own().history();
		EventStream earlier = this.engine.stream(this.publisher, (builder) -> each.customize(builder, this));
		earlier.start();
		subscribed();
		publish(each, List.of("a", "b"));
		String opening = this.engine.connect(earlier).sink().connection().openingId();
		publish(each, List.of("c"));
		EventStream stream = this.engine.stream(new ManualPublisher(), (builder) -> each.customize(builder, this));
		Client back = this.engine.connect(stream, opening);
		back.awaitData("c");
		assertThat(back.missed()).isEmpty();
	}

	@Test
	void historyIsNotAskedForAnIdThatItCannotHaveGiven() {
		Case each = new Case("history").history().own();
		EventStream stream = this.engine.stream(this.publisher, (builder) -> each.customize(builder, this));
		Client quiet = this.engine.connect(stream);
		subscribed();
		publish(each, List.of("a", "b", "c", "d", "e"));
		this.engine.connect(stream, quiet.sink().connection().openingId())
			.awaitData(EVICTED + ",\"missed\":1}", "b", "c", "d", "e");
		assertThat(this.questions).isEmpty();
	}

	@Test
	void clientThatHasAnIdKeepsIt() {
		EventStream stream = this.engine.stream(this.publisher);
		for (String id : List.of("unknown", LogId.newEpoch() + "-3", stream.log().epoch() + "~0",
				stream.log().epoch() + "-99")) {
			assertThat(this.engine.connect(stream, id).sink().connection().openingId()).as(id).isNull();
		}
	}

	@Test
	void clientOfAStreamOfItsOwnHasNoPlaceToComeBackTo() {
		EventStream stream = this.engine.stream(this.publisher, TestEngine::personal);
		assertThat(this.engine.connect(stream).sink().connection().openingId()).isNull();
	}

	@Test
	void clientThatKeepsNoPositionsIsGivenNone() {
		EventStream stream = this.engine.stream(this.publisher);
		RecordingSink forgetful = new RecordingSink(Long.MAX_VALUE) {

			@Override
			public boolean keepsPositions() {
				return false;
			}

		};
		assertThat(this.engine.connect(stream, null, forgetful).sink().connection().openingId()).isNull();
	}

	/** Has its place, and is not served. */
	private Client connectUnserved(Case each, EventStream stream, @Nullable String lastEventId) {
		return connect(each, stream, lastEventId, new RecordingSink(0));
	}

	private Client connect(Case each, EventStream stream, @Nullable String lastEventId, RecordingSink sink) {
		return this.engine.connect(stream, sink, (client) -> client.lastEventId(lastEventId).types(each.types));
	}

	private void subscribed() {
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() > 0 && !this.publisher.link().requests().isEmpty());
	}

	private void publish(Case each, List<String> events) {
		for (String event : events) {
			this.store.add(event);
			this.publisher.link().subscriber().onNext(each.event(event));
		}
	}

	private @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
		this.questions.add(lastEventId);
		int index = this.store.lastIndexOf(lastEventId);
		return (index < 0) ? null
				: List.copyOf(this.store)
					.subList(index + 1, this.store.size())
					.stream()
					.map((text) -> Event.builder().id(text).data(text).build());
	}

	/**
	 * What a stream is like, what is published before a client opens it and while it is
	 * away, and what it gets when it is back.
	 */
	private static final class Case {

		private final String name;

		private final StreamSettings.Builder settings = StreamSettings.builder().bufferSize(4);

		private boolean own;

		private boolean filtered;

		private boolean withHistory;

		private boolean opaque;

		private boolean ended;

		private Set<String> types = Set.of();

		private List<String> before = List.of();

		private List<String> then = List.of();

		private List<String> expected = List.of();

		private @Nullable String opening;

		Case(String name) {
			this.name = name;
		}

		Case own() {
			this.own = true;
			return this;
		}

		Case size(int size) {
			this.settings.bufferSize(size);
			return this;
		}

		Case replay(int events) {
			this.settings.initialReplay(events);
			return this;
		}

		Case filter() {
			this.filtered = true;
			return this;
		}

		Case types(String... types) {
			this.types = Set.of(types);
			return this;
		}

		Case history() {
			this.withHistory = true;
			return this;
		}

		Case opaque() {
			this.opaque = true;
			return history();
		}

		Case ended() {
			this.ended = true;
			return this;
		}

		Case before(String... events) {
			this.before = List.of(events);
			return this;
		}

		Case then(String... events) {
			this.then = List.of(events);
			return this;
		}

		Case opens(String id) {
			this.opening = id;
			return this;
		}

		Case gets(String... data) {
			this.expected = List.of(data);
			return this;
		}

		EventStreamBuilder customize(EventStreamBuilder builder, OpeningPositionTests test) {
			UnaryOperator<EventStreamBuilder> filters = (stream) -> this.filtered
					? stream.filters(List.of((event, client) -> !String.valueOf(event.data()).startsWith("hidden")))
					: stream;
			return filters.apply(builder.settings(this.settings.build())
				.history(this.withHistory ? new Store(test, this.opaque) : null));
		}

		Event event(String text) {
			if (text.equals(":")) {
				return Event.builder().comment("a comment").build();
			}
			if (text.startsWith("#")) {
				return Event.builder().id(text).build();
			}
			Event.Builder event = Event.builder().data(text);
			return (this.own ? event.id(text) : event).build();
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	private record Store(OpeningPositionTests test, boolean hasOpaqueIds) implements EventHistory {

		@Override
		public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
			return this.test.after(lastEventId, client, limit);
		}

	}

}
