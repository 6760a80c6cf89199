package io.eventsource.web;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

import io.eventsource.ClientSnapshot;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.EventStream;
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
	public StreamSettings settings() {
		return this.stream.settings();
	}

	@Override
	public boolean isPersonal() {
		return false;
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
	public void drain(Duration time) {
		this.stream.drain(time);
	}

	@Override
	public void close() {
		this.stream.close();
	}

	@Override
	public StreamSnapshot snapshot() {
		return this.stream.snapshot();
	}

	@Override
	public CompletableFuture<List<ClientSnapshot>> clients() {
		return this.stream.clients();
	}

	@Override
	public CompletableFuture<Integer> disconnect(Predicate<EventClient> condition) {
		return this.stream.disconnect(condition);
	}

}
