package io.eventsource.recipes;

import java.io.IOException;

import io.eventsource.Event;
import io.eventsource.web.EventSourceEndpoint;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The tokens of a language model.
 */
@RestController
class AnswerController {

	private final LanguageModel model;

	private final EventSourceEndpoint endpoint;

	AnswerController(LanguageModel model, EventSourceEndpoint endpoint) {
		this.model = model;
		this.endpoint = endpoint;
	}

	@PostMapping("/answers")
	@Nullable SseEmitter answer(@RequestBody String question, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		Flux<Event> events = this.model.tokens(question)
			.map((token) -> Event.of("token", token))
			.concatWithValues(Event.of("done", ""))
			.onErrorReturn(Event.of("failed", "The model has failed"));
		return this.endpoint.open(events, request, response);
	}

}
