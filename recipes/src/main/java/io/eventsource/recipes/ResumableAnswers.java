package io.eventsource.recipes;

import java.net.URI;
import java.util.UUID;

import io.eventsource.Event;
import io.eventsource.EventTopics;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * Answers of a language model that go on when the page is reloaded.
 */
@RestController
class ResumableAnswers {

	private final LanguageModel model;

	private final EventTopics answers;

	ResumableAnswers(LanguageModel model, @Qualifier("answers") EventTopics answers) {
		this.model = model;
		this.answers = answers;
	}

	@PostMapping("/questions")
	ResponseEntity<Void> ask(@RequestBody String question) {
		String id = UUID.randomUUID().toString();
		this.answers.start(id, () -> answer(question));
		return ResponseEntity.accepted().location(URI.create("/events/answers/" + id)).build();
	}

	private Flux<Event> answer(String question) {
		return this.model.tokens(question)
			.map((token) -> Event.of("token", token))
			.concatWithValues(Event.of("done", ""));
	}

	@DeleteMapping("/answers/{id}")
	void stop(@PathVariable String id) {
		this.answers.complete(id);
	}

}
