package io.eventsource.sample;

import java.net.URI;
import java.util.UUID;

import io.eventsource.Event;
import io.eventsource.EventTopics;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Has questions answered word by word. Each answer is a topic whose source runs by
 * itself: it goes on when the page is reloaded or closed, all tabs show the same, and it
 * can be stopped in any of them.
 */
@RestController
class AnswerController {

	private static final int MAX_LENGTH = 200;

	private final LanguageModel model;

	private final EventTopics answers;

	AnswerController(LanguageModel model, EventTopics answers) {
		this.model = model;
		this.answers = answers;
	}

	@PostMapping("/answers")
	ResponseEntity<Void> ask(@RequestParam String question) {
		String asked = TypedText.require("question", question, MAX_LENGTH);
		String id = UUID.randomUUID().toString();
		this.answers.start(id, () -> answer(asked));
		return ResponseEntity.accepted().location(URI.create("/events/answers/" + id)).build();
	}

	private Flux<Event> answer(String question) {
		return this.model.tokens(question)
			.map((token) -> Event.of("token", token))
			.startWith(Event.of("question", question))
			.concatWithValues(Event.of("done", ""));
	}

	@DeleteMapping("/answers/{id}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void stop(@PathVariable String id) {
		this.answers.complete(id);
	}

}
