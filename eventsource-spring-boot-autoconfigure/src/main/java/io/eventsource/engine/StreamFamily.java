package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import io.eventsource.ClientSnapshot;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.RefusalReason;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The streams that are served under one name: a single one that all clients share, one
 * for each topic, or one that is created for each client and ends with it. Thread-safe.
 */
public final class StreamFamily {

	private final String name;

	private final StreamSettings settings;

	private final ActiveStreams streams;

	private final StreamSelector selector;

	/** What the streams that have ended have counted. */
	private StreamSnapshot ended;

	private volatile boolean stopped;

	private volatile boolean closed;

	private StreamFamily(String name, StreamSettings settings, ActiveStreams streams,
			Function<Consumer<EventStream>, StreamSelector> selector) {
		this.name = name;
		this.settings = settings;
		this.streams = streams;
		this.ended = SnapshotSums.nothing(name);
		this.selector = selector.apply(this::ended);
	}

	/**
	 * Creates a family of one stream, which all clients share.
	 * @param stream the stream
	 * @return the family
	 */
	public static StreamFamily shared(EventStream stream) {
		ActiveStreams streams = new ActiveStreams();
		streams.add(stream);
		return new StreamFamily(stream.name(), stream.settings(), streams, (onEnd) -> new SharedStream(stream));
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
		return perClient(name, settings, factory, new ActiveStreams());
	}

	static StreamFamily perClient(String name, StreamSettings settings,
			Function<EventClient, EventStreamBuilder> factory, ActiveStreams streams) {
		return new StreamFamily(name, settings, streams,
				(onEnd) -> new PersonalStreams(settings, factory, streams, onEnd));
	}

	/**
	 * Creates a family of streams that have one topic each.
	 * @param name the name of the streams
	 * @param settings the settings of the streams
	 * @param topics the topics, and their settings
	 * @param factory describes the stream of a publisher; called when a topic is made
	 * @return the family
	 */
	public static StreamFamily byTopic(String name, StreamSettings settings, TopicDefinition topics,
			Function<Publisher<?>, EventStreamBuilder> factory) {
		ActiveStreams streams = new ActiveStreams();
		return new StreamFamily(name, settings, streams, (onEnd) -> {
			TopicStreams selector = new TopicStreams(topics, factory, streams);
			selector.start();
			return selector;
		});
	}

	/**
	 * Returns the streams as one client asks for several topics of them.
	 * @param asked the client as it was let in to each topic
	 * @return the streams, for this client only
	 */
	public StreamFamily several(List<EventClient> asked) {
		return new StreamFamily(this.name, this.settings, this.streams, (onEnd) -> this.selector.several(asked));
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
		return this.selector.isPersonal();
	}

	/**
	 * Tells whether a client has nothing more to expect.
	 * @param client the client
	 * @return whether the client need not come back
	 */
	public boolean isOver(EventClient client) {
		return this.selector.isOver(client);
	}

	/**
	 * Tells why there is no stream for a client.
	 * @param client the client
	 * @return the reason, or {@code null} if there is one
	 */
	public @Nullable RefusalReason refusal(EventClient client) {
		return this.selector.refusal(client);
	}

	/**
	 * Connects a client to its stream.
	 * @throws IllegalStateException if the stream was closed
	 */
	EventConnection connect(EventClient client, EventSink sink) {
		return this.selector.connect(client, sink);
	}

	private synchronized void ended(EventStream stream) {
		if (this.streams.remove(stream)) {
			this.ended = SnapshotSums.add(this.ended, stream.snapshot());
		}
	}

	/**
	 * Ends the streams, for the clients of now and of later.
	 * @param topic the topic that ends; {@code null} for all
	 */
	void stop(@Nullable String topic) {
		if (topic != null) {
			this.selector.complete(topic);
			return;
		}
		this.stopped = true;
		this.selector.stop();
		if (this.selector.topics() == null) {
			this.streams.stop();
		}
	}

	/** Sends all clients away, each at a moment of its own within a time. */
	void drain(Duration time) {
		this.closed = true;
		this.streams.drain(time);
	}

	/** Ends all connections, since the server shuts down. */
	void close() {
		this.closed = true;
		this.selector.close();
		this.streams.close();
	}

	/** How many bytes the streams hold. */
	long held() {
		return this.streams.held();
	}

	/** Describes the streams as they are now, as if they were one. */
	StreamSnapshot snapshot() {
		StreamSnapshot single = this.selector.snapshot();
		return (single != null) ? single : sum();
	}

	private StreamSnapshot sum() {
		StreamSnapshot known = this.selector.sum();
		StreamSnapshot sum = (known != null) ? known : sumOfAll();
		return new StreamSnapshot(this.name, state(sum.clients()), sum.clients(), sum.published(), sum.delivered(),
				sum.bytes(), sum.skipped(), sum.filtered(), sum.replayed(), sum.greatestLag(), sum.restarts());
	}

	private synchronized StreamSnapshot sumOfAll() {
		return this.streams.sum(this.ended);
	}

	/**
	 * Describes the topics; {@code null} unless the streams have topics.
	 */
	@Nullable TopicOverview topics() {
		return this.selector.topics();
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
	 * @param topic the topic whose clients are meant; {@code null} for all
	 */
	CompletableFuture<List<ClientSnapshot>> clients(@Nullable String topic) {
		TopicOverview topics = this.selector.topics();
		List<EventStream> found = (topic != null && topics != null) ? topics.streams(topic) : List.of();
		return (topic != null) ? ActiveStreams.clients(found) : this.streams.clients();
	}

	/**
	 * Ends the connections of some clients at once.
	 * @return how many they were in each stream, as soon as the workers have looked
	 */
	List<CompletableFuture<Integer>> disconnect(Predicate<EventClient> condition) {
		return this.streams.disconnect(condition);
	}

}
