package io.eventsource.test;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The client with a server, which notices what it does.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "server.address=127.0.0.1", "server.servlet.context-path=/app" })
class HttpClientTests extends AbstractClientTests {

	@Test
	void clientThatDoesNotReadHoldsTheServerUp() {
		try (TestEventStream stream = this.client.withTimeout(Duration.ofMinutes(1)).get("/flood").doNotRead().open()) {
			assertThat(stream).hasStatus(200).isOpen();
			assertThat(this.server.flooded.getCount()).isOne();
			assertThat(stream.text()).isEmpty();
			stream.continueReading();
			assertThat(stream.awaitEvents(Streams.FLOOD)).hasSize(Streams.FLOOD);
			assertThat(stream).ends();
		}
	}

	@Test
	void clientReadsSlowlyAndPauses() {
		try (TestEventStream stream = this.client.stream("orders").readSlowly(200).open()) {
			long begun = System.nanoTime();
			this.server.send(SseEmitter.event().data("x".repeat(100)));
			assertThat(stream).hasData("x".repeat(100));
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(300));
			stream.pauseReading();
			stream.continueReading();
			this.server.send(SseEmitter.event().data("b"));
			assertThat(stream).hasData("x".repeat(100), "b");
		}
	}

	@Test
	void serverNoticesThatTheClientHasLeft() {
		TestEventStream stream = this.client.stream("orders").open();
		stream.close();
		stream.close();
		int before = this.server.gone.get();
		assertThat(stream).ends();
		await().until(() -> {
			this.server.send(SseEmitter.event().data("x"));
			return this.server.gone.get() > before;
		});
	}

	@Test
	void headersAreSent() {
		try (TestEventStream stream = this.client.stream("orders").basicAuth("alice", "secret").open()) {
			assertThat(stream).hasComment("Basic YWxpY2U6c2VjcmV0 at orders");
		}
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.client.stream("orders").header("X-A", "a\r\nX-B: b").open())
			.withMessageContaining("line break");
	}

	@Test
	void mockRequestsAreForMockEnvironments() {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.client.stream("orders").principal(() -> "alice").open())
			.withMessageContaining("Authenticate by a header");
	}

}
