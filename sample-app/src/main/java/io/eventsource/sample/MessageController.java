package io.eventsource.sample;

import java.time.Instant;

import io.eventsource.EventTopics;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Takes messages and publishes them in the room that they are for: to the pages that show
 * it, and to no other.
 */
@RestController
class MessageController {

	private static final int MAX_LENGTH = 280;

	private final EventTopics rooms;

	MessageController(EventTopics rooms) {
		this.rooms = rooms;
	}

	@PostMapping("/messages")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void post(@RequestParam String room, @RequestParam String text) {
		String typed = TypedText.require("text", text, MAX_LENGTH);
		if (!EventTopics.isTopic(room)) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "There can be no room of this name");
		}
		this.rooms.publish(room, "message", new Message(typed, Instant.now()));
	}

}
