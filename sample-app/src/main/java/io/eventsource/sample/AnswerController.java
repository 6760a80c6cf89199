package io.eventsource.sample;

import java.io.IOException;
import java.time.Duration;

import io.eventsource.Event;
import io.eventsource.web.EventSourceEndpoint;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Answers a question word by word, as a language model does: a stream made for one
 * request, which ends with the answer, and whose publisher is cancelled when the client
 * goes away.
 */
@RestController
class AnswerController {

	private static final int MAX_LENGTH = 200;

	private static final Duration PACE = Duration.ofMillis(50);

	private static final String ANSWER = "You asked: “%s” I am not a language model, but I answer like one: "
			+ "every word is an event of its own, sent when it is ready. Your browser reads them with fetch and a "
			+ "ReadableStream, since an EventSource cannot POST. Press Stop, and the server stops too.";

	private final EventSourceEndpoint endpoint;

	AnswerController(EventSourceEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	@PostMapping("/answers")
	@Nullable SseEmitter answer(@RequestParam String question, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		String[] words = ANSWER.formatted(TypedText.require("question", question, MAX_LENGTH)).split("(?= )");
		Flux<Event> events = Flux.fromArray(words)
			.delayElements(PACE)
			.map((word) -> Event.of("word", word))
			.concatWithValues(Event.of("done", words.length + " words"));
		return this.endpoint.open(events, request, response);
	}

}
