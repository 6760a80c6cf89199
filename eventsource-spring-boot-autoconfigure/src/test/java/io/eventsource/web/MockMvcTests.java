package io.eventsource.web;

import java.io.IOException;

import io.eventsource.Event;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

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
	void answerToAPostIsTheEventsAndNothingElse() {
		MvcTestResult result = this.mvc.post().uri("/answers").asyncExchange();
		assertThat(result.getResponse().getContentType()).isEqualTo("text/event-stream;charset=utf-8");
		await().untilAsserted(() -> assertThat(result.getResponse().getContentAsString())
			.isEqualTo("data: a\n\ndata: Gr\u00fc\u00dfe \u20ac\n\n"));
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

		@Bean
		Answers answers(EventSourceEndpoint endpoint) {
			return new Answers(endpoint, pair());
		}

	}

	/**
	 * Answers by the stream.
	 *
	 * @param endpoint what opens it
	 * @param pair the events
	 */
	@RestController
	record Answers(EventSourceEndpoint endpoint, Flux<Event> pair) {

		@PostMapping("/answers")
		@Nullable SseEmitter answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(this.pair, request, response);
		}

	}

}
