package io.eventsource.web;

import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.EventStream;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import org.jspecify.annotations.Nullable;

/**
 * A stream for each client.
 */
final class PerClientStreams implements ServedStream {

	private final String name;

	private final StreamSettings settings;

	private final Function<EventClient, EventStream.Builder> builder;

	private final Set<EventStream> streams;

	/** How many events the streams that have ended were given. */
	private final AtomicLong published = new AtomicLong();

	private volatile boolean stopped;

	private volatile boolean closed;

	/**
	 * Makes a stream for each client.
	 * @param streams where those that there are are kept
	 */
	PerClientStreams(String name, StreamSettings settings, Function<EventClient, EventStream.Builder> builder,
			Set<EventStream> streams) {
		this.name = name;
		this.settings = settings;
		this.builder = builder;
		this.streams = streams;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public byte[] preamble() {
		return EventStream.preamble(this.settings);
	}

	@Override
	public boolean isOver(@Nullable String lastEventId) {
		return this.stopped || EventStream.wasPersonal(lastEventId);
	}

	@Override
	public EventConnection connect(EventClient client, EventSink sink) {
		EventStream stream = this.builder.apply(client).settings(this.settings).personal(this::ended).build();
		this.streams.add(stream);
		EventConnection connection;
		try {
			connection = stream.connect(client, sink);
		}
		catch (IllegalStateException ex) {
			this.streams.remove(stream);
			throw ex;
		}
		if (this.stopped) {
			stream.stop();
		}
		if (this.closed) {
			stream.close();
		}
		return connection;
	}

	private void ended(EventStream stream) {
		if (this.streams.remove(stream)) {
			this.published.addAndGet(stream.snapshot().published());
		}
	}

	@Override
	public void stop() {
		this.stopped = true;
		this.streams.forEach(EventStream::stop);
	}

	@Override
	public void close() {
		this.closed = true;
		this.streams.forEach(EventStream::close);
	}

	@Override
	public StreamSnapshot snapshot() {
		int clients = 0;
		long count = this.published.get();
		for (EventStream stream : this.streams) {
			StreamSnapshot snapshot = stream.snapshot();
			clients += snapshot.clients();
			count += snapshot.published();
		}
		return new StreamSnapshot(this.name, state(clients), clients, count);
	}

	private State state(int clients) {
		if (this.closed) {
			return State.CLOSED;
		}
		if (this.stopped) {
			return State.COMPLETED;
		}
		return (clients > 0) ? State.LIVE : State.WAITING;
	}

}
