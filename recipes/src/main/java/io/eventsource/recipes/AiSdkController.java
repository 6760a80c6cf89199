package io.eventsource.recipes;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.eventsource.Event;
import io.eventsource.EventTopics;
import io.eventsource.web.EventSourceEndpoint;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The server side of a page that uses the AI SDK.
 */
@RestController
@RequestMapping("/api/chat")
class AiSdkController {

	private final LanguageModel model;

	private final EventTopics answers;

	private final EventSourceEndpoint endpoint;

	private final Map<String, String> running = new ConcurrentHashMap<>();

	AiSdkController(LanguageModel model, @Qualifier("answers") EventTopics answers, EventSourceEndpoint endpoint) {
		this.model = model;
		this.answers = answers;
		this.endpoint = endpoint;
	}

	@PostMapping
	@Nullable SseEmitter ask(@RequestBody Chat chat, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		String id = UUID.randomUUID().toString();
		this.running.put(chat.id(), id);
		this.answers.start(id, () -> answer(chat.question()).doFinally((end) -> this.running.remove(chat.id(), id)));
		return this.endpoint.open("answers", id, request, response);
	}

	@GetMapping("/{chat}/stream")
	@Nullable SseEmitter resume(@PathVariable String chat, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		String id = this.running.get(chat);
		if (id == null) {
			response.setStatus(HttpStatus.NO_CONTENT.value());
			return null;
		}
		return this.endpoint.open("answers", id, request, response);
	}

	@DeleteMapping("/{chat}")
	void stop(@PathVariable String chat) {
		String id = this.running.get(chat);
		if (id != null) {
			this.answers.complete(id);
		}
	}

	private Flux<Event> answer(String question) {
		return this.model.tokens(question)
			.map((token) -> Map.of("type", "text-delta", "id", "text", "delta", token))
			.startWith(Map.of("type", "start"), Map.of("type", "text-start", "id", "text"))
			.concatWithValues(Map.of("type", "text-end", "id", "text"), Map.of("type", "finish"))
			.onErrorReturn(Map.of("type", "error", "errorText", "The model has failed"))
			.map(Event::of)
			.concatWithValues(Event.of("[DONE]"));
	}

	record Chat(String id, List<Message> messages) {

		String question() {
			return this.messages.get(this.messages.size() - 1).parts().get(0).text();
		}

	}

	record Message(List<Part> parts) {

	}

	record Part(String text) {

	}

}
