package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.eventsource.ClientSnapshot;
import io.eventsource.DispatcherSnapshot;
import io.eventsource.EventClient;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicSnapshot;
import io.eventsource.TopicsSnapshot;
import io.eventsource.engine.runtime.Dispatcher;
import org.jspecify.annotations.Nullable;

/**
 * The streams of an application, whatever the transport by which clients reach them.
 * Starts and ends them, limits the connections, and describes what there is. May be
 * started again after it was closed. Thread-safe.
 */
public final class StreamRegistry implements AutoCloseable {

	private final StreamLifecycle lifecycle;

	private final Connections connections;

	private final Revocations revocations = new Revocations();

	/**
	 * Creates a registry, which takes no thread until it is started.
	 * @param factories create the streams at each start, by name
	 * @param dispatchers creates the threads that serve the clients, at each start
	 * @param limits how many connections there may be
	 */
	public StreamRegistry(Map<String, StreamFamilyFactory> factories, Supplier<Dispatcher> dispatchers,
			ConnectionLimits limits) {
		this.lifecycle = new StreamLifecycle(factories, dispatchers);
		this.connections = new Connections(limits);
	}

	/** Starts to serve, also after {@link #close()}: creates the streams. */
	public void start() {
		this.lifecycle.start();
	}

	/**
	 * Finds streams. Starts the registry if it was never started.
	 * @param name the name
	 * @return the streams; {@code null} while the registry is closed
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public @Nullable StreamFamily find(String name) {
		this.lifecycle.requireKnown(name);
		RunningStreams current = this.lifecycle.running();
		return (current != null) ? current.get(name) : null;
	}

	/**
	 * Creates streams of one client each that nobody else finds. They end with all
	 * others.
	 * @param name the name of the streams
	 * @param settings the settings of the streams
	 * @param factory describes the stream of a client; called when the client connects
	 * @return the streams; {@code null} while the registry is closed
	 */
	public @Nullable StreamFamily adHoc(String name, StreamSettings settings,
			BiFunction<Dispatcher, EventClient, EventStreamBuilder> factory) {
		RunningStreams current = this.lifecycle.running();
		return (current != null) ? current.adHoc(name, settings, factory) : null;
	}

	/**
	 * Begins to connect a client.
	 * @param family the streams that it wants to connect to
	 * @return the attempt
	 */
	public ConnectionAttempt attempt(StreamFamily family) {
		return new ConnectionAttempt(family, this.revocations.mark(), this.connections);
	}

	/**
	 * Ends a stream for all its clients: they get what is left and the end.
	 * @param name the name of the stream
	 * @param topic the topic that ends; {@code null} for all of the stream
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public void stop(String name, @Nullable String topic) {
		StreamFamily family = find(name);
		if (family != null) {
			family.stop(topic);
		}
	}

	/**
	 * Ends the connections of some clients, and refuses those that are connecting.
	 * @param condition which clients
	 * @return how many they were; without those that were connecting, and those whose
	 * threads did not answer within a second
	 */
	public int disconnect(Predicate<EventClient> condition) {
		// Before the streams are looked into: who connects later looks here
		this.revocations.add(condition);
		RunningStreams current = this.lifecycle.current();
		return (current != null) ? WorkerAnswers.sum(current.disconnect(condition)) : 0;
	}

	/**
	 * Describes the clients of a stream as they are now.
	 * @param name the name of the stream
	 * @param topic the topic whose clients are meant; {@code null} for all
	 * @return the clients; none while the registry is not running
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public List<ClientSnapshot> clients(String name, @Nullable String topic) {
		this.lifecycle.requireKnown(name);
		RunningStreams current = this.lifecycle.current();
		return (current != null) ? WorkerAnswers.await(current.get(name).clients(topic), List.of()) : List.of();
	}

	/**
	 * Describes all streams. Counts go on where the registry is closed and started again.
	 * @return a snapshot of each; empty while the registry is not running
	 */
	public List<StreamSnapshot> snapshots() {
		return this.lifecycle.snapshots();
	}

	/**
	 * Describes one stream.
	 * @param name the name of the stream
	 * @return a snapshot, of what was counted so far while the registry is not running;
	 * {@code null} if there is no such stream, or before the first start
	 */
	public @Nullable StreamSnapshot snapshot(String name) {
		return this.lifecycle.snapshot(name);
	}

	/**
	 * Describes the topics of a stream, as sums. Counts go on likewise.
	 * @param name the name of the stream
	 * @return a snapshot, of what was counted so far while the registry is not running;
	 * {@code null} if there is no such stream, or it has no topics, or before the first
	 * start
	 */
	public @Nullable TopicsSnapshot topics(String name) {
		return this.lifecycle.topics(name);
	}

	/**
	 * Tells how much memory a stream takes.
	 * @param name the name of the stream
	 * @return how many bytes it holds; 0 while the registry is not running
	 */
	public long memory(String name) {
		this.lifecycle.requireKnown(name);
		RunningStreams current = this.lifecycle.current();
		return (current != null) ? current.get(name).held() : 0;
	}

	/**
	 * Describes the topics of a stream that have the most clients.
	 * @param name the name of the stream
	 * @param limit how many at most
	 * @return a snapshot of each, those with the most clients first; empty if the stream
	 * has no topics, and while the registry is not running
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public List<TopicSnapshot> busiestTopics(String name, int limit) {
		TopicOverview topics = topicStreams(name);
		return (topics != null) ? topics.busiest(limit) : List.of();
	}

	/**
	 * Describes one topic of a stream.
	 * @param name the name of the stream
	 * @param topic the topic
	 * @return a snapshot; {@code null} if there is no such topic
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public @Nullable TopicSnapshot topic(String name, String topic) {
		TopicOverview topics = topicStreams(name);
		return (topics != null) ? topics.describe(topic) : null;
	}

	private @Nullable TopicOverview topicStreams(String name) {
		this.lifecycle.requireKnown(name);
		RunningStreams current = this.lifecycle.current();
		return (current != null) ? current.get(name).topics() : null;
	}

	/**
	 * Describes the threads that serve the clients as they are now.
	 * @return a snapshot; {@code null} while the registry is not running
	 */
	public @Nullable DispatcherSnapshot dispatcher() {
		RunningStreams current = this.lifecycle.current();
		return (current != null) ? current.dispatcher() : null;
	}

	/**
	 * Sends all clients away, each at a moment of its own within the given time, and then
	 * closes. Returns when all are gone, or half a second after the time at most. Where
	 * that is under way already, only waits.
	 * @param time the time
	 */
	public void drain(Duration time) {
		boolean draining = this.lifecycle.refuse();
		RunningStreams current = this.lifecycle.current();
		if (current != null) {
			if (!draining) {
				current.drain(time);
			}
			this.connections.awaitNone(time.plusMillis(500));
		}
		close();
	}

	/**
	 * Ends all streams and connections. Waits for the threads for about a second at most.
	 */
	@Override
	public void close() {
		this.lifecycle.close();
	}

}
