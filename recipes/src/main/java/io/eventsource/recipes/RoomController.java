package io.eventsource.recipes;

import java.security.Principal;
import java.util.List;

import io.eventsource.EventClient;
import io.eventsource.recipes.RoomStore.Message;
import io.eventsource.web.Admission;
import io.eventsource.web.StreamAdmission;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * The rooms of a chat, for their members.
 */
@RestController
@Qualifier("rooms")
class RoomController implements StreamAdmission {

	private final Members members;

	private final RoomStore messages;

	RoomController(Members members, RoomStore messages) {
		this.members = members;
		this.messages = messages;
	}

	@GetMapping("/rooms/{room}/messages")
	List<Message> latest(@PathVariable String room, Principal user) {
		check(room, user.getName());
		return this.messages.latest(room);
	}

	@PostMapping("/rooms/{room}/messages")
	void post(@PathVariable String room, @RequestBody String text, Principal user) {
		check(room, user.getName());
		this.messages.add(room, user.getName(), text);
	}

	private void check(String room, String user) {
		if (!this.members.contains(room, user)) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND);
		}
	}

	@Override
	public Admission admit(EventClient client, HttpServletRequest request) {
		return this.members.contains(client.topic(), client.principalName()) ? Admission.accept()
				: Admission.notFound();
	}

	interface Members {

		boolean contains(@Nullable String room, @Nullable String user);

	}

}
