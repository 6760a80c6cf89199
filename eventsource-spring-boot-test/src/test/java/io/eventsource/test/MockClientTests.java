package io.eventsource.test;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The client in the web slice, with mock responses.
 */
@WebMvcTest
@Import(Streams.Server.class)
class MockClientTests extends AbstractClientTests {

	@Test
	void principalIsThatOfTheRequest() {
		try (TestEventStream stream = this.client.stream("orders").principal(() -> "alice").open()) {
			assertThat(stream).hasComment("alice at orders");
			try (TestEventStream again = stream.reopen()) {
				assertThat(again).hasComment("alice at orders");
			}
		}
	}

	@Test
	void applicationHearsThatTheClientHasLeft() {
		AtomicInteger gone = this.server.gone;
		int before = gone.get();
		this.client.stream("orders").open().close();
		assertThat(gone).hasValue(before + 1);
	}

	@Test
	void serverDoesNotNoticeHowFastAMockIsRead() {
		for (EventStreamRequest request : new EventStreamRequest[] { this.client.stream("orders").doNotRead(),
				this.client.stream("orders").readSlowly(1) }) {
			assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(request::open)
				.withMessageContaining("RANDOM_PORT");
		}
		try (TestEventStream stream = this.client.stream("orders").open()) {
			assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(stream::pauseReading);
		}
	}

}
