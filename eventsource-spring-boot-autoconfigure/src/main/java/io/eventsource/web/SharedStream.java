package io.eventsource.web;

import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.EventStream;
import io.eventsource.StreamSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * One stream for all clients.
 *
 * @param stream the stream
 */
record SharedStream(EventStream stream) implements ServedStream {

	@Override
	public String name() {
		return this.stream.name();
	}

	@Override
	public byte[] preamble() {
		return this.stream.preamble();
	}

	@Override
	public boolean isOver(@Nullable String lastEventId) {
		return this.stream.isOver(lastEventId);
	}

	@Override
	public EventConnection connect(EventClient client, EventSink sink) {
		return this.stream.connect(client, sink);
	}

	@Override
	public void stop() {
		this.stream.stop();
	}

	@Override
	public void close() {
		this.stream.close();
	}

	@Override
	public StreamSnapshot snapshot() {
		return this.stream.snapshot();
	}

}
