package io.eventsource.sample;

import java.time.Duration;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Says what a page has to know about the streams of this server.
 */
@RestController
class SettingsController {

	private final Settings settings;

	SettingsController(@Value("${sample.silence}") Duration silence,
			@Value("${eventsource.streams.rooms.topics-per-connection}") int roomsPerConnection) {
		this.settings = new Settings(silence.toMillis(), roomsPerConnection);
	}

	@GetMapping("/settings")
	Settings settings() {
		return this.settings;
	}

	/**
	 * What the page has to know.
	 *
	 * @param silence the time without an event or a heartbeat after which a connection is
	 * dead, in milliseconds
	 * @param roomsPerConnection the number of rooms that one connection may watch
	 */
	record Settings(long silence, int roomsPerConnection) {

	}

}
