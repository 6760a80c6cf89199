package io.eventsource.sample;

import java.time.Instant;

import io.eventsource.EventChannel;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes messages and pushes them into the channel that all pages listen to.
 */
@RestController
class MessageController {

	private static final int MAX_LENGTH = 280;

	private final EventChannel messages;

	MessageController(EventChannel messages) {
		this.messages = messages;
	}

	@PostMapping("/messages")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void post(@RequestParam String text) {
		String typed = TypedText.require("text", text, MAX_LENGTH);
		this.messages.publish("message", new Message(typed, Instant.now()));
	}

}
