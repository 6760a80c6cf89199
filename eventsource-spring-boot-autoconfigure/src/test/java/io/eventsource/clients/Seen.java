package io.eventsource.clients;

import java.util.List;

import io.eventsource.EventStreamReader.Received;

/**
 * What a client has seen.
 *
 * @param opens how often it was told that a connection is open
 * @param events the events that it was given
 * @param stopped whether it has given up for good
 */
record Seen(int opens, List<Received> events, boolean stopped) {

	List<String> data() {
		return this.events.stream().map(Received::data).toList();
	}

}
