package io.eventsource.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventFilter;
import io.eventsource.EventStore;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.TestEngine.Client;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Events that cannot be sent to anybody: clients are told that one is missing, in its
 * place, now and when they come back.
 */
class RejectedEventTests {

	private static final String REJECTED = "{\"cause\":\"rejected\"}";

	private static final StreamSettings SMALL = StreamSettings.builder().maxEventSize(100).build();

	private static final Event TOO_LARGE = Event.of("x".repeat(200));

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	@AfterEach
	void close() {
		this.engine.close();
	}

	static Stream<Arguments> faults() {
		return Stream.of(fault("too large", (builder) -> builder.settings(SMALL), TOO_LARGE),
				fault("data writer throws", writer((data) -> {
					throw new IOException("no JSON");
				}), Event.of(1)), fault("data writer throws an error", writer((data) -> {
					throw new NoClassDefFoundError("module");
				}), Event.of(1)), fault("data writer fails an assertion", writer((data) -> {
					throw new AssertionError("no");
				}), Event.of(1)), fault("data writer never ends", writer((data) -> endless(data)), Event.of(1)),
				fault("data writer returns null", writer((data) -> null), Event.of(1)),
				fault("mapping refuses", mapping((element) -> {
					throw new IllegalArgumentException("no event");
				}), 1), fault("mapping throws", mapping((element) -> {
					throw new IllegalStateException("broken");
				}), 1), fault("mapping throws what need not be declared", mapping((element) -> {
					throw sneaky(new IOException("checked"));
				}), 1), fault("mapping throws an error", mapping((element) -> {
					throw new ExceptionInInitializerError("no");
				}), 1), fault("mapping returns null", mapping((element) -> null), 1));
	}

	private static Arguments fault(String name, UnaryOperator<EventStreamBuilder> customizer, Object element) {
		return Arguments.of(name, customizer, element);
	}

	private static UnaryOperator<EventStreamBuilder> writer(DataWriter writer) {
		return (builder) -> builder.dataWriter(writer);
	}

	private static UnaryOperator<EventStreamBuilder> mapping(Function<Object, @Nullable Event> mapping) {
		return (builder) -> builder
			.mapping((element) -> (element instanceof Event event) ? event : mapping.apply(element));
	}

	private static String endless(Object data) {
		return endless(data) + "x";
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> RuntimeException sneaky(Throwable failure) throws T {
		throw (T) failure;
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("faults")
	void clientsAreToldInThePlaceOfTheEvent(String name, UnaryOperator<EventStreamBuilder> customizer, Object element) {
		EventStream stream = this.engine.stream(this.publisher, customizer);
		Client client = this.engine.connect(stream);
		subscribed();
		emit("a", element, "b");
		client.awaitData("a", REJECTED, "b");
		List<Received> events = client.sink().events();
		assertThat(events.get(1).type()).isEqualTo("gap");
		assertThat(events.get(1).lastEventId()).isEqualTo(events.get(0).lastEventId());
		assertThat(client.missed()).containsExactly("REJECTED");
		assertThat(this.engine.listener().rejected()).containsExactly(element);
		assertThat(this.engine.listener().failures()).isEmpty();
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("faults")
	void clientThatResumesAcrossTheEventIsToldToo(String name, UnaryOperator<EventStreamBuilder> customizer,
			Object element) {
		EventStream stream = this.engine.stream(this.publisher, customizer);
		Client client = this.engine.connect(stream);
		subscribed();
		emit("a");
		client.awaitData("a");
		String lastEventId = client.sink().lastEventId();
		client.sink().connection().close(CloseReason.DISCONNECTED);
		emit(element, "b");
		Client back = this.engine.connect(stream, lastEventId);
		back.awaitData(REJECTED, "b");
		assertThat(back.missed()).containsExactly("REJECTED");
		this.engine.connect(stream, back.sink().lastEventId()).assertOpen();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("faults")
	void clientOfAPersonalStreamIsTold(String name, UnaryOperator<EventStreamBuilder> customizer, Object element) {
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> TestEngine.personal(customizer.apply(builder)));
		Client client = this.engine.connect(stream);
		subscribed();
		emit("a", element, "b");
		client.awaitData("a", REJECTED, "b");
	}

	@Test
	void clientsAreToldOfEventsThatWerePublishedBeforeTheChannelWasServed() {
		EventChannel channel = EventChannel.create();
		channel.publish("message", "a");
		channel.publish(TOO_LARGE);
		channel.publish("message", "b");
		Client client = this.engine.connect(this.engine.stream(channel, SMALL));
		client.awaitData("a", REJECTED, "b");
	}

	@Test
	void nobodyElseIsToldWhereThePublisherIs() {
		EventChannel channel = EventChannel.create();
		EventStream stream = this.engine.stream(channel, SMALL);
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> stream.snapshot().state() == StreamSnapshot.State.LIVE);
		assertThatIllegalArgumentException().isThrownBy(() -> channel.publish(TOO_LARGE));
		channel.publish("message", "a");
		client.awaitData("a");
		assertThat(client.missed()).isEmpty();
	}

	@Test
	void clientIsToldOfAnEventOfItsHistory() {
		EventStream stream = this.engine.stream(this.publisher, (builder) -> builder.settings(SMALL)
			.history((id, client, limit) -> Stream.of(event("2", "b"), event("3", "x".repeat(200)), event("4", "d"))));
		Client client = this.engine.connect(stream, "1");
		client.awaitData("b", REJECTED, "d");
		assertThat(client.missed()).containsExactly("REJECTED");
		assertThat(client.sink().lastEventId()).isEqualTo("4");
	}

	@Test
	void clientIsToldNothingOfAnEventOfItsHistoryThatItMayNotSee() {
		EventStream stream = this.engine.stream(this.publisher, (builder) -> builder.settings(SMALL)
			.filters(List.of((event, client) -> !"3".equals(event.id())))
			.history((id, client, limit) -> Stream.of(event("2", "b"), event("3", "x".repeat(200)), event("4", "d"))));
		Client client = this.engine.connect(stream, "1");
		client.awaitData("b", "d");
		assertThat(client.missed()).isEmpty();
	}

	@Test
	void clientIsToldOfAnEventThatCameBeforeItWasThere() {
		EventStore.Receiver[] receiver = new EventStore.Receiver[1];
		EventChannel channel = EventChannel.over(new Preloading(receiver), String::valueOf, Duration.ofSeconds(5));
		EventStream stream = this.engine.stream(channel, SMALL);
		stream.start();
		receiver[0].preload(List.of(event("1", "a"), event("2", "x".repeat(200)), event("3", "c")));
		this.engine.connect(stream, "1").awaitData(REJECTED, "c");
		receiver[0].deliver(event("4", "x".repeat(200)));
		receiver[0].deliver(event("5", "e"));
		this.engine.connect(stream, "3").awaitData(REJECTED, "e");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void nothingOfTheEventIsDisclosed(boolean filtered) {
		Event secret = Event.builder().id("secret-id").type("secret-type").key("secret").data("x".repeat(200)).build();
		List<EventFilter> filters = filtered ? List.of((event, client) -> false) : List.of();
		EventStream stream = this.engine.stream(this.publisher, (builder) -> builder.settings(SMALL).filters(filters));
		RecordingBytes sink = new RecordingBytes();
		this.engine.connect(stream, null, sink);
		subscribed();
		emit(secret);
		TestEngine.await()
			.untilAsserted(() -> assertThat(sink.text()).isEqualTo("event: gap\ndata: " + REJECTED + "\n\n"));
	}

	@Test
	void clientThatMayNotSeeWhatFollowsKeepsItsPlaceBehindTheGap() {
		EventStream stream = this.engine.stream(this.publisher, (builder) -> builder.settings(SMALL)
			.filters(List.of((event, client) -> !"hidden".equals(event.data()))));
		Client client = this.engine.connect(stream);
		subscribed();
		emit("a", "hidden", TOO_LARGE, "hidden");
		client.awaitData("a", REJECTED);
		this.engine.advance(SMALL.connection().heartbeat().interval());
		String id = client.sink().lastEventId();
		assertThat(id).isEqualTo(stream.log().ids().before(4));
		emit("b");
		this.engine.connect(stream, id).awaitData("b");
	}

	@Test
	void listenerIsToldWhereClientsAreNot() {
		EventStream stream = this.engine.stream(this.publisher,
				StreamSettings.builder().maxEventSize(100).gapEvent("").build());
		Client client = this.engine.connect(stream);
		subscribed();
		emit("a", TOO_LARGE, "b");
		client.awaitData("a", "b");
		assertThat(client.missed()).containsExactly("REJECTED");
	}

	@Test
	void endOfAStreamIsReachedBehindAnEventThatCouldNotBeSent() {
		EventStream stream = this.engine.stream(this.publisher, SMALL);
		Client client = this.engine.connect(stream);
		subscribed();
		emit("a", TOO_LARGE);
		this.publisher.complete();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a", REJECTED);
		assertThat(stream.isOver(client.sink().lastEventId())).isTrue();
	}

	private void subscribed() {
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() > 0 && !this.publisher.link().requests().isEmpty());
	}

	@SuppressWarnings("unchecked")
	private void emit(Object... elements) {
		for (Object element : elements) {
			Object emitted = (element instanceof String text) ? Event.of(text) : element;
			((org.reactivestreams.Subscriber<Object>) (Object) this.publisher.link().subscriber()).onNext(emitted);
		}
	}

	private static Event event(String id, String data) {
		return Event.builder().id(id).data(data).build();
	}

	/**
	 * A sink that keeps the bytes.
	 */
	private static final class RecordingBytes extends RecordingSink {

		private final List<byte[]> chunks = new ArrayList<>();

		RecordingBytes() {
			super(Long.MAX_VALUE);
		}

		@Override
		public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
			super.write(bytes, offset, length);
			this.chunks.add(java.util.Arrays.copyOfRange(bytes, offset, offset + length));
		}

		synchronized String text() {
			StringBuilder text = new StringBuilder();
			this.chunks.forEach((chunk) -> text.append(new String(chunk, StandardCharsets.UTF_8)));
			return text.toString();
		}

	}

	/**
	 * A store that hands over its receiver.
	 */
	private record Preloading(EventStore.Receiver[] receiver) implements EventStore {

		@Override
		public void append(Event event) {
		}

		@Override
		public void tail(Receiver receiver, int count, long bytes) {
			this.receiver[0] = receiver;
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isConnected() {
			return true;
		}

		@Override
		public boolean isOwn(String id) {
			return false;
		}

		@Override
		public @Nullable List<Event> after(String id, int limit) {
			return null;
		}

	}

}
