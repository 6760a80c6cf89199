package io.eventsource.clients;

import java.util.ArrayList;
import java.util.List;

import io.eventsource.EventStreamReader.Received;

/**
 * Keeps what a client sees. Thread-safe.
 */
final class Recorder {

	private int opens;

	private final List<Received> events = new ArrayList<>();

	private boolean stopped;

	synchronized void opened() {
		this.opens++;
	}

	synchronized void event(String type, String data, String lastEventId) {
		this.events.add(new Received(type, data, lastEventId));
	}

	synchronized void stopped() {
		this.stopped = true;
	}

	synchronized Seen seen() {
		return new Seen(this.opens, List.copyOf(this.events), this.stopped);
	}

}
