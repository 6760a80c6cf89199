package io.eventsource.web;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

import io.eventsource.ClientSnapshot;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.EventStreamBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A stream for each client.
 */
final class PerClientStreams implements ServedStream {

	private final String name;

	private final StreamSettings settings;

	private final Function<EventClient, EventStreamBuilder> builder;

	private final OpenStreams streams;

	/** What the streams that have ended have counted. */
	private StreamSnapshot ended;

	private volatile boolean stopped;

	private volatile boolean closed;

	/**
	 * Makes a stream for each client.
	 * @param streams where those that there are are kept
	 */
	PerClientStreams(String name, StreamSettings settings, Function<EventClient, EventStreamBuilder> builder,
			OpenStreams streams) {
		this.name = name;
		this.settings = settings;
		this.builder = builder;
		this.streams = streams;
		this.ended = new StreamSnapshot(name, State.WAITING, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public StreamSettings settings() {
		return this.settings;
	}

	@Override
	public boolean isPersonal() {
		return true;
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
		catch (RuntimeException | Error ex) {
			this.streams.remove(stream);
			// Perhaps the client has its place already, where nobody would find it
			stream.close();
			throw ex;
		}
		if (this.stopped) {
			stream.stop();
		}
		return connection;
	}

	private synchronized void ended(EventStream stream) {
		if (this.streams.remove(stream)) {
			this.ended = StreamCounts.add(this.ended, stream.snapshot());
		}
	}

	@Override
	public void stop() {
		this.stopped = true;
		this.streams.all().forEach(EventStream::stop);
	}

	@Override
	public void close() {
		this.closed = true;
		this.streams.close();
	}

	@Override
	public void drain(Duration time) {
		this.closed = true;
		this.streams.drain(time);
	}

	@Override
	public synchronized StreamSnapshot snapshot() {
		StreamSnapshot sum = this.ended;
		for (EventStream stream : this.streams.all().toList()) {
			sum = StreamCounts.add(sum, stream.snapshot());
		}
		return new StreamSnapshot(this.name, state(sum.clients()), sum.clients(), sum.published(), sum.delivered(),
				sum.bytes(), sum.skipped(), sum.filtered(), sum.replayed(), sum.greatestLag(), sum.restarts());
	}

	@Override
	public CompletableFuture<List<ClientSnapshot>> clients() {
		List<CompletableFuture<List<ClientSnapshot>>> parts = this.streams.all().map(EventStream::clients).toList();
		return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
			.thenApply((done) -> parts.stream().map(CompletableFuture::join).flatMap(List::stream).toList());
	}

	@Override
	public CompletableFuture<Integer> disconnect(Predicate<EventClient> condition) {
		List<CompletableFuture<Integer>> counts = this.streams.all()
			.map((stream) -> stream.disconnect(condition))
			.toList();
		return CompletableFuture.allOf(counts.toArray(CompletableFuture[]::new))
			.thenApply((done) -> counts.stream().mapToInt(CompletableFuture::join).sum());
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
