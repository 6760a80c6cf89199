package io.eventsource.test;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the client does over HTTP and with mock responses alike.
 */
@DirtiesContext
@TestPropertySource(properties = { "eventsource.streams.own.path=/events/orders",
		"eventsource.streams.rooms.path=/rooms/{topic}/all", "eventsource.streams.hidden.path=",
		"eventsource.streams.own.gap-event=lost" })
abstract class AbstractClientTests {

	private static final Duration SHORT = Duration.ofMillis(50);

	@Autowired
	EventStreamClient client;

	@Autowired
	Streams.Server server;

	@AfterEach
	void endAll() {
		this.server.open.forEach(SseEmitter::complete);
		this.server.open.clear();
	}

	@Test
	void eventsAreAwaited() {
		try (TestEventStream stream = this.client.stream("orders").open()) {
			assertThat(stream).hasStatus(200)
				.hasHeader("x-name", "orders")
				.hasRetry(Duration.ofMillis(100))
				.hasComment("null at orders")
				.isOpen();
			this.server.send(SseEmitter.event().id("1").name("placed").data("a"));
			this.server.send(SseEmitter.event().id("2").data("b\nc"));
			assertThat(stream).hasEvents(TestEvent.of("placed", "a").withId("1"), TestEvent.of("b\nc"))
				.hasData("a", "b\nc")
				.hasNoGap()
				.eventsSatisfy((events) -> assertThat(events).extracting(TestEvent::lastEventId).endsWith("2"));
			assertThat(stream.awaitEvent((event) -> event.data().startsWith("b")).type()).isEqualTo("message");
			assertThat(stream.awaitEvents(1)).hasSize(2);
			assertThat(stream.lastEventId()).isEqualTo("2");
		}
	}

	@Test
	void whatDoesNotComeIsTold() {
		try (TestEventStream stream = this.client.withTimeout(SHORT).stream("orders").open()) {
			this.server.send(SseEmitter.event().name("gap").data("{\"cause\":\"evicted\"}"));
			this.client.withTimeout(SHORT);
			stream.awaitEvents(1);
			assertFails(() -> assertThat(stream).hasData("a"), "1 events within PT0.05S", "still open", "evicted");
			assertFails(() -> assertThat(stream).hasNoGap(), "no gap", "evicted");
			assertFails(() -> assertThat(stream).hasGap("overflow"), "the cause overflow");
			assertFails(() -> assertThat(stream).ends(), "the end within");
			assertFails(() -> assertThat(stream).hasStatus(204), "status 204", "status 200");
			assertFails(() -> assertThat(stream).hasHeader("X-None", "a"), "none");
			assertFails(() -> assertThat(stream).hasComment("x"), "comment 'x'");
			assertFails(() -> assertThat(stream).eventsSatisfy((events) -> assertThat(events).isEmpty()),
					"such events");
			assertFails(() -> assertThat(stream).resumesAfter("1"), "last event id 1");
			assertThat(stream).hasGap("evicted");
		}
	}

	@Test
	void otherEventsThanExpectedAreTold() {
		try (TestEventStream stream = this.client.stream("orders").open()) {
			this.server.send(SseEmitter.event().id("1").data("a"));
			this.server.send(SseEmitter.event().id("2").data("b"));
			stream.awaitEvents(2);
			assertFails(() -> assertThat(stream).hasData("a"), "[a]", "message: b");
			assertFails(() -> assertThat(stream).hasEvents(TestEvent.of("b"), TestEvent.of("a")), "message: b");
			assertFails(() -> assertThat(stream).hasEvents(TestEvent.of("a").withId("7"), TestEvent.of("b")), "id 7");
		}
	}

	@Test
	void endIsAwaited() {
		try (TestEventStream stream = this.client.stream("orders").open()) {
			this.server.send(SseEmitter.event().id("last").data("a"));
			this.server.open.forEach(SseEmitter::complete);
			assertThat(stream).ends().endsWith204();
			assertThat(stream.failure()).isNull();
			assertThat(stream.hasEnded()).isTrue();
			assertFails(() -> assertThat(stream).hasData("a", "b"), "before the end");
			assertFails(() -> assertThat(stream).isOpen(), "ended");
			assertThat(stream.reopen()).hasStatus(204).endsWith204();
		}
	}

	@Test
	void endThatIsNotForGoodIsTold() {
		try (TestEventStream stream = this.client.stream("orders").open()) {
			this.server.send(SseEmitter.event().id("1").data("a"));
			this.server.open.forEach(SseEmitter::complete);
			assertFails(() -> assertThat(stream).endsWith204(), "204 for a client that comes back", "status 200");
		}
	}

	@Test
	void clientComesBackWithItsLastId() {
		try (TestEventStream stream = this.client.stream("orders").param("q", "a&b \u20ac").open()) {
			this.server.send(SseEmitter.event().id("\u20ac-1").data("a"));
			assertThat(stream).hasData("a");
			try (TestEventStream again = stream.reopen()) {
				assertThat(again).resumesAfter(stream)
					.hasEvents(TestEvent.of("resumed", "\u20ac-1").withId("\u20ac-1"));
				assertThat(again.toString()).contains("q=a%26b%20%E2%82%AC");
				assertFails(() -> assertThat(again).resumesAfter("other"), "last event id other");
			}
			assertThat(stream.hasEnded()).isTrue();
		}
	}

	@Test
	void connectionIsCutAnywhere() {
		int preamble = ("retry:100\n:null at orders\n\n").length();
		for (int bytes : new int[] { 0, 1, preamble, preamble + 5 }) {
			try (TestEventStream stream = this.client.stream("orders").cutAfter(bytes).open()) {
				this.server.send(SseEmitter.event().id("1").data("a"));
				stream.awaitEnd();
				assertThat(stream.text()).hasSize(bytes);
				assertThat(stream.events()).isEmpty();
				assertThat(stream.failure()).isNull();
			}
			endAll();
		}
	}

	@Test
	void streamsAreFoundByTheirNames() {
		assertThat(open(this.client.stream("own"))).hasHeader("X-Name", "orders");
		assertThat(open(this.client.topic("rooms", "a b"))).hasHeader("X-Name", "a b");
		assertThat(open(this.client.get("/events/x%20y"))).hasHeader("X-Name", "x y");
		assertThat(open(this.client.get("/nowhere"))).hasStatus(404).ends();
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> this.client.stream("hidden"))
			.withMessageContaining("'hidden' has no path");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> this.client.stream("rooms"))
			.withMessageContaining("topic(name, topic)");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> this.client.get("nowhere"))
			.withMessageContaining("start with /");
	}

	private TestEventStream open(EventStreamRequest request) {
		TestEventStream stream = request.open();
		stream.close();
		return stream;
	}

	@Test
	void gapsAreToldAsTheStreamIsConfigured() {
		try (TestEventStream stream = this.client.stream("own").open()) {
			this.server.send(SseEmitter.event().name("lost").data("{\"cause\":\"overflow\"}"));
			this.server.send(SseEmitter.event().name("gap").data("not one here"));
			assertThat(stream).hasGap("overflow").hasData("not one here");
		}
	}

	static void assertFails(org.assertj.core.api.ThrowableAssert.ThrowingCallable assertion, String... parts) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(assertion)
			.satisfies((error) -> assertThat(error.getMessage()).contains(parts));
	}

}
