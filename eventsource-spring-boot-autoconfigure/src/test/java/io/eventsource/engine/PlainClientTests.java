package io.eventsource.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client gets that keeps no positions, which no {@code EventSource} is: the events
 * as they were published, and nothing else.
 */
class PlainClientTests {

	private static final EventFilter EVEN = (event, client) -> !"odd".equals(event.key());

	private final TestEngine engine = new TestEngine();

	@AfterEach
	void stop() {
		this.engine.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void answerIsThePublishersEventsAndNothingElse(boolean personal) {
		Flux<Event> events = Flux.just(Event.of("a"), Event.of("word", "b\nc"),
				Event.builder().comment("note").retry(Duration.ofMillis(5)).build(),
				Event.builder().id("7").data("d").build(), Event.builder().comment("note").data("e").build());
		PlainSink sink = new PlainSink(Long.MAX_VALUE);
		connect(events, sink, (builder) -> personal ? TestEngine.personal(builder) : builder)
			.awaitClosed(CloseReason.COMPLETED);
		assertThat(sink.text()).isEqualTo("""
				data: a

				event: word
				data: b
				data: c

				: note
				retry: 5
				id: 7
				data: d

				: note
				data: e

				""");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void emptyStreamGivesAnEmptyAnswer(boolean personal) {
		PlainSink sink = new PlainSink(Long.MAX_VALUE);
		connect(Flux.empty(), sink, (builder) -> personal ? TestEngine.personal(builder) : builder)
			.awaitClosed(CloseReason.COMPLETED);
		assertThat(sink.text()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void hiddenEventsLeaveNoTrace(boolean personal) {
		List<Event> events = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			events.add(Event.builder().id(String.valueOf(i)).key((i == 100) ? "even" : "odd").data(i).build());
		}
		PlainSink sink = new PlainSink(Long.MAX_VALUE);
		connect(Flux.fromIterable(events), sink,
				(builder) -> (personal ? TestEngine.personal(builder) : builder).filters(List.of(EVEN)))
			.awaitClosed(CloseReason.COMPLETED);
		assertThat(sink.text()).isEqualTo("id: 100\ndata: 100\n\n");
	}

	@Test
	void idleClientGetsHeartbeatsOnlyAlsoBehindHiddenEvents() {
		EventChannel channel = EventChannel.create();
		PlainSink sink = new PlainSink(Long.MAX_VALUE);
		EventStream stream = this.engine.stream(channel, (builder) -> builder.filters(List.of(EVEN)));
		stream.start();
		this.engine.connect(stream, null, sink);
		channel.publish(Event.builder().key("odd").data("hidden").build());
		TestEngine.await().until(() -> stream.log().tail() == 1);
		this.engine.work();
		this.engine.advance(stream.settings().connection().heartbeat().interval());
		TestEngine.await().untilAsserted(() -> assertThat(sink.text()).isEqualTo(":\n"));
	}

	@Test
	void idleClientIsNotSentTheHeartbeatThatPagesSee() {
		PlainSink sink = new PlainSink(Long.MAX_VALUE);
		EventStream stream = this.engine.stream(EventChannel.create(),
				StreamSettings.builder().heartbeatEvent("ping").build());
		stream.start();
		this.engine.connect(stream, null, sink);
		this.engine.advance(stream.settings().connection().heartbeat().interval());
		TestEngine.await().untilAsserted(() -> assertThat(sink.text()).isEqualTo(":\n"));
	}

	@ParameterizedTest
	@EnumSource(names = { "SKIP", "CONFLATE" })
	void slowClientIsToldOfAGapAndNotOfPositions(OverflowStrategy overflow) {
		EventChannel channel = EventChannel.create();
		EventStream stream = this.engine.stream(channel,
				StreamSettings.builder().bufferSize(4).overflow(overflow).build());
		stream.start();
		PlainSink sink = new PlainSink(0);
		this.engine.connect(stream, null, sink);
		Client witness = this.engine.connect(stream);
		for (int i = 0; i < 20; i++) {
			channel.publish(Event.of("type" + i, String.valueOf(i)));
			witness.awaitEvents(i + 1);
			this.engine.turn(Duration.ofSeconds(1));
			this.engine.tick();
		}
		sink.ready();
		TestEngine.await().untilAsserted(() -> assertThat(sink.data()).endsWith("19"));
		assertThat(sink.text()).doesNotContain("id:").contains("event: gap\n", "event: type19\ndata: 19\n\n");
	}

	@Test
	void clientThatIsSentAwayAtShutdownIsToldNothing() {
		EventChannel channel = EventChannel.create();
		EventStream stream = this.engine.stream(channel);
		stream.start();
		PlainSink sink = new PlainSink(Long.MAX_VALUE);
		Client client = this.engine.connect(stream, null, sink);
		channel.publish(Event.of("last"));
		client.awaitData("last");
		stream.drain(Duration.ZERO);
		this.engine.tick();
		client.awaitClosed(CloseReason.SHUTDOWN);
		assertThat(sink.text()).isEqualTo("data: last\n\n");
	}

	@Test
	void historyComesAsItWasStored() {
		EventHistory history = (id, client, limit) -> List
			.of(Event.builder().id("2").data("b").build(), Event.builder().data("without id").build())
			.stream();
		EventStream stream = this.engine.stream(Flux.just(Event.of("live")), (builder) -> builder.history(history));
		PlainSink sink = new PlainSink(Long.MAX_VALUE);
		this.engine.connect(stream, "1", sink).awaitClosed(CloseReason.COMPLETED);
		assertThat(sink.text()).startsWith("id: 2\ndata: b\n\ndata: without id\n\n")
			.endsWith("data: live\n\n")
			.doesNotContain(stream.log().epoch());
	}

	@Test
	void clientThatSendsAnIdNobodyKnowsIsToldOfTheGapAndNothingMore() {
		EventStream stream = this.engine.stream(Flux.just(Event.of("a")));
		PlainSink sink = new PlainSink(Long.MAX_VALUE);
		this.engine.connect(stream, "unknown", sink).awaitClosed(CloseReason.COMPLETED);
		assertThat(sink.text()).isEqualTo("event: gap\ndata: {\"cause\":\"unknown\"}\n\ndata: a\n\n");
	}

	/**
	 * Whatever is published, and in whatever portions it is taken, a plain client gets
	 * the bytes of any other, but for the ids that the stream has given.
	 */
	@Test
	void getsWhatOthersGetButForTheIdsOfTheStream() {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		Random random = new Random(seed);
		List<Event> events = new ArrayList<>();
		for (int i = 0; i < 400; i++) {
			events.add(anyEvent(random, i));
		}
		EventStream stream = this.engine.stream(Flux.fromIterable(events),
				StreamSettings.builder().overflow(OverflowStrategy.BACKPRESSURE).initialReplay(events.size()).build());
		PlainSink plain = new PlainSink(1);
		CapturingSink other = new CapturingSink(Long.MAX_VALUE);
		Client first = this.engine.connect(stream, null, plain);
		Client second = this.engine.connect(stream, null, other);
		while (!plain.isComplete()) {
			plain.ready(1 + random.nextInt(2000));
			this.engine.work();
		}
		first.awaitClosed(CloseReason.COMPLETED);
		second.awaitClosed(CloseReason.COMPLETED);
		assertThat(plain.text()).as("-Deventsource.seed=%d", seed)
			.isEqualTo(other.text().replaceAll("(?m)^id: " + stream.log().epoch() + "[-~]\\d+\n", ""));
	}

	private static Event anyEvent(Random random, int number) {
		String text = "x\n".repeat(random.nextInt(40)) + number;
		Event.Builder event = Event.builder();
		int kinds = 1 + random.nextInt(31);
		if ((kinds & 1) != 0) {
			event.id("own" + number);
		}
		if ((kinds & 2) != 0) {
			event.type("t" + number);
		}
		if ((kinds & 4) != 0 || kinds == 2) {
			event.data(text);
		}
		if ((kinds & 8) != 0) {
			event.comment("id: " + text);
		}
		if ((kinds & 16) != 0) {
			event.retry(Duration.ofMillis(number));
		}
		return event.build();
	}

	private Client connect(Flux<Event> events, PlainSink sink, UnaryOperator<EventStreamBuilder> customizer) {
		return this.engine.connect(this.engine.stream(events, customizer), null, sink);
	}

	/**
	 * A sink that keeps the bytes.
	 */
	private static class CapturingSink extends RecordingSink {

		private final StringBuffer text = new StringBuffer();

		CapturingSink(long limit) {
			super(limit);
		}

		@Override
		public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
			super.write(bytes, offset, length);
			this.text.append(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
		}

		String text() {
			return this.text.toString();
		}

	}

	/**
	 * A sink whose client keeps no positions.
	 */
	private static final class PlainSink extends CapturingSink {

		PlainSink(long limit) {
			super(limit);
		}

		@Override
		public boolean keepsPositions() {
			return false;
		}

	}

}
