package io.eventsource.engine;

import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.StreamSnapshot;

/**
 * A single stream for all clients.
 *
 * @param stream the stream
 */
record SharedStream(EventStream stream) implements StreamSelector {

	@Override
	public boolean isOver(EventClient client) {
		return this.stream.isOver(client.lastEventId());
	}

	@Override
	public EventConnection connect(EventClient client, EventSink sink) {
		return this.stream.connect(client, sink);
	}

	@Override
	public StreamSnapshot snapshot() {
		return this.stream.snapshot();
	}

}
