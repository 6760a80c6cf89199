package io.eventsource.engine;

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
import org.jspecify.annotations.Nullable;

/**
 * The streams that are served under one name: a single one that all clients share, or one
 * that is created for each client and ends with it. Thread-safe.
 */
public final class StreamFamily {

	private final String name;

	private final StreamSettings settings;

	private final ActiveStreams streams;

	/** The stream of all clients; {@code null} if each client has one of its own. */
	private final @Nullable EventStream shared;

	private final Function<EventClient, EventStreamBuilder> factory;

	/** What the streams that have ended have counted. */
	private StreamSnapshot ended;

	private volatile boolean stopped;

	private volatile boolean closed;

	private StreamFamily(EventStream shared) {
		this.name = shared.name();
		this.settings = shared.settings();
		this.streams = new ActiveStreams();
		this.streams.add(shared);
		this.shared = shared;
		this.factory = (client) -> {
			throw new IllegalStateException("The clients of stream '" + shared.name() + "' share it");
		};
		this.ended = nothing(this.name);
	}

	StreamFamily(String name, StreamSettings settings, Function<EventClient, EventStreamBuilder> factory,
			ActiveStreams streams) {
		this.name = name;
		this.settings = settings;
		this.streams = streams;
		this.shared = null;
		this.factory = factory;
		this.ended = nothing(name);
	}

	/**
	 * Creates a family of one stream, which all clients share.
	 * @param stream the stream
	 * @return the family
	 */
	public static StreamFamily shared(EventStream stream) {
		return new StreamFamily(stream);
	}

	/**
	 * Creates a family of streams that have one client each.
	 * @param name the name of the streams
	 * @param settings the settings of the streams
	 * @param factory describes the stream of a client; called when the client connects
	 * @return the family
	 */
	public static StreamFamily perClient(String name, StreamSettings settings,
			Function<EventClient, EventStreamBuilder> factory) {
		return new StreamFamily(name, settings, factory, new ActiveStreams());
	}

	private static StreamSnapshot nothing(String name) {
		return new StreamSnapshot(name, State.WAITING, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	}

	/**
	 * Returns the name under which the streams are served.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Returns the settings of the streams.
	 * @return the settings
	 */
	public StreamSettings settings() {
		return this.settings;
	}

	/**
	 * Tells whether each client has a stream of its own, and with it a publisher.
	 * @return whether it has
	 */
	public boolean isPersonal() {
		return this.shared == null;
	}

	/**
	 * Tells whether a client has nothing more to expect.
	 * @param lastEventId the id of the last event that the client has, or {@code null}
	 * @return whether the client need not come back
	 */
	public boolean isOver(@Nullable String lastEventId) {
		return (this.shared != null) ? this.shared.isOver(lastEventId)
				: this.stopped || EventStream.wasPersonal(lastEventId);
	}

	/**
	 * Connects a client to its stream.
	 * @throws IllegalStateException if the stream was closed
	 */
	EventConnection connect(EventClient client, EventSink sink) {
		return (this.shared != null) ? this.shared.connect(client, sink) : connectAlone(client, sink);
	}

	private EventConnection connectAlone(EventClient client, EventSink sink) {
		EventStream stream = this.factory.apply(client).settings(this.settings).personal(this::ended).build();
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

	/**
	 * Ends the streams, for the clients of now and of later.
	 */
	void stop() {
		this.stopped = true;
		this.streams.stop();
	}

	/**
	 * Sends all clients away, each at a moment of its own within a time.
	 */
	void drain(Duration time) {
		this.closed = true;
		this.streams.drain(time);
	}

	/**
	 * Ends all connections, since the server shuts down.
	 */
	void close() {
		this.closed = true;
		this.streams.close();
	}

	/**
	 * Describes the streams as they are now, as if they were one.
	 */
	StreamSnapshot snapshot() {
		return (this.shared != null) ? this.shared.snapshot() : sum();
	}

	private synchronized StreamSnapshot sum() {
		StreamSnapshot sum = this.streams.sum(this.ended);
		return new StreamSnapshot(this.name, state(sum.clients()), sum.clients(), sum.published(), sum.delivered(),
				sum.bytes(), sum.skipped(), sum.filtered(), sum.replayed(), sum.greatestLag(), sum.restarts());
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

	/**
	 * Describes the clients as they are now, as soon as the workers have looked.
	 */
	CompletableFuture<List<ClientSnapshot>> clients() {
		return this.streams.clients();
	}

	/**
	 * Ends the connections of some clients at once.
	 * @return how many they were in each stream, as soon as the workers have looked
	 */
	List<CompletableFuture<Integer>> disconnect(Predicate<EventClient> condition) {
		return this.streams.disconnect(condition);
	}

}
