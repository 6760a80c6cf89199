package io.eventsource.web;

import io.eventsource.Event;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams in the web slice of a user's tests, where the response is a mock.
 */
@WebMvcTest
class MockMvcTests {

	@Autowired
	private MockMvcTester mvc;

	@Test
	void streamIsServedToAMockRequest() {
		MvcTestResult result = this.mvc.get().uri("/events/pair").asyncExchange();
		assertThat(result.getResponse().getContentType()).isEqualTo("text/event-stream;charset=utf-8");
		await()
			.untilAsserted(() -> assertThat(result.getResponse().getContentAsString()).startsWith("retry: 3000\nid: ")
				.containsSubsequence("data: a\n\n", "data: Gr\u00fc\u00dfe \u20ac\n\n"));
	}

	@Test
	void headIsAnsweredWithoutAStream() {
		assertThat(this.mvc.head().uri("/events/pair")).hasStatusOk().request().hasAsyncStarted(false);
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Flux<Event> pair() {
			return Flux.just(Event.of("a"), Event.of("Gr\u00fc\u00dfe \u20ac"));
		}

	}

}
