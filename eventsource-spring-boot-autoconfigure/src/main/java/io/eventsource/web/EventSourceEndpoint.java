package io.eventsource.web;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.eventsource.ClientSnapshot;
import io.eventsource.DataWriter;
import io.eventsource.DispatcherSnapshot;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventTopics;
import io.eventsource.StreamListener;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicSnapshot;
import io.eventsource.TopicsSnapshot;
import io.eventsource.engine.StreamFamily;
import io.eventsource.engine.StreamRegistry;
import io.eventsource.engine.runtime.Dispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Serves event streams through Spring MVC. The auto-configured bean serves every
 * {@code Publisher<Event>} bean at its path; {@link #open} serves a stream from a
 * controller method of one's own. Thread-safe.
 */
public final class EventSourceEndpoint implements AutoCloseable {

	private final Map<String, StreamDefinition> definitions = new LinkedHashMap<>();

	private final EndpointSettings settings;

	private final StreamFactory factory;

	private final StreamRegistry registry;

	private final Http2Outputs http2Outputs;

	private final DirectConnections directConnections;

	private final OpenResponses openResponses = new OpenResponses();

	private final StreamRequestHandler handler;

	/**
	 * Creates an endpoint, which takes no thread until it is started.
	 * @param definitions the streams to serve
	 * @param settings the settings
	 * @param dataWriter writes data that is not text
	 * @param listener observes all streams
	 * @param dispatchers creates the threads that serve the clients, on each start
	 * @param sender runs what may block until a client reads; must not be bounded
	 */
	public EventSourceEndpoint(Collection<StreamDefinition> definitions, EndpointSettings settings,
			DataWriter dataWriter, StreamListener listener, Supplier<Dispatcher> dispatchers, Executor sender) {
		definitions.forEach((definition) -> this.definitions.put(definition.name(), definition));
		this.settings = settings;
		this.factory = new StreamFactory(dataWriter, listener);
		this.registry = new StreamRegistry(this.factory.families(definitions), dispatchers, settings.limits());
		this.http2Outputs = new Http2Outputs(new SendingThreads(sender));
		this.directConnections = new DirectConnections(sender);
		this.handler = new StreamRequestHandler(this.registry, listener, settings.rejection(),
				new StreamExchange.Environment(sender, this.http2Outputs, this.directConnections, this.openResponses));
	}

	/**
	 * Opens a stream for one client; for the return statement of a controller method. The
	 * headers are sent once the method has returned the emitter, with the status and the
	 * headers that it has set, or that come with it in a {@code ResponseEntity}. If it
	 * throws something instead, the client is answered accordingly, and its place in the
	 * stream is given back. The answer to a {@code GET} is made for an
	 * {@code EventSource}: it begins with a reconnection time and the client's place, and
	 * every event has an id. The answer to another request has nothing but what was
	 * published, gap events where something is missing, and comments as heartbeats.
	 * @param stream the name of the stream, which is the name of its bean
	 * @param request the request
	 * @param response the response
	 * @return the emitter to return from the controller method; {@code null} if the
	 * response is complete: to a {@code HEAD} request, to a client that has all of a
	 * stream that has ended (204), if a limit is reached, while the server shuts down,
	 * and if a servlet filter makes streaming impossible (500, and a message in the log)
	 * @throws IOException if the client has gone
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public @Nullable SseEmitter open(String stream, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		StreamFamily family = this.registry.find(stream);
		StreamDefinition definition = Objects.requireNonNull(this.definitions.get(stream));
		return this.handler.open(family, definition, RequestTopics.of(definition, request), request, response);
	}

	/**
	 * Opens the stream of a topic for one client, likewise.
	 * @param stream the name of the stream, which is the name of a bean of the type
	 * {@link EventTopics}
	 * @param topic the topic
	 * @param request the request
	 * @param response the response
	 * @return the emitter, or {@code null} where the response is complete, also because
	 * there is no such topic (404)
	 * @throws IOException if the client has gone
	 * @throws IllegalArgumentException if there is no such stream, or it has no topics
	 */
	public @Nullable SseEmitter open(String stream, String topic, HttpServletRequest request,
			HttpServletResponse response) throws IOException {
		StreamFamily family = this.registry.find(stream);
		return this.handler.open(family, withTopics(stream), RequestTopics.of(topic), request, response);
	}

	/**
	 * Opens the streams of several topics for one client, likewise, over one connection.
	 * Admissions are asked for each topic, and one refusal refuses all.
	 * @param stream the name of the stream
	 * @param topics the topics, of which each counts once
	 * @param request the request
	 * @param response the response
	 * @return the emitter, or {@code null} where the response is complete, also because
	 * there is no topic, or there are more than
	 * {@code eventsource.streams.<name>.topics-per-connection} (400)
	 * @throws IOException if the client has gone
	 * @throws IllegalArgumentException if there is no such stream, or it has no topics
	 */
	public @Nullable SseEmitter open(String stream, Collection<String> topics, HttpServletRequest request,
			HttpServletResponse response) throws IOException {
		StreamFamily family = this.registry.find(stream);
		StreamDefinition definition = withTopics(stream);
		return this.handler.open(family, definition,
				RequestTopics.of(Objects.requireNonNull(definition.topics()), topics), request, response);
	}

	private StreamDefinition withTopics(String stream) {
		StreamDefinition definition = Objects.requireNonNull(this.definitions.get(stream));
		if (definition.topics() == null) {
			throw new IllegalArgumentException(
					"The event stream '" + stream + "' has no topics; its bean is not of the type EventTopics");
		}
		return definition;
	}

	/**
	 * Opens a stream over a publisher for this client alone, likewise. The publisher is
	 * subscribed to once, asked for no more than the client reads, cancelled when the
	 * client goes, and the response ends with it. A client that comes back with an id is
	 * sent a gap event, since the publisher is not known to go on behind that event.
	 * @param publisher the publisher; {@link Event events} are sent as they are, Spring's
	 * {@code ServerSentEvent}s likewise, anything else is the data of an event
	 * @param request the request
	 * @param response the response
	 * @return the emitter, or {@code null} where the response is complete, as for
	 * {@link #open(String, HttpServletRequest, HttpServletResponse)}
	 * @throws IOException if the client has gone
	 */
	public @Nullable SseEmitter open(Publisher<?> publisher, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		return open(publisher, null, request, response);
	}

	/**
	 * Opens a stream over a publisher that goes on behind an event that the client has
	 * already, so that the client is sent no gap event.
	 * @param publisher the publisher
	 * @param resumedAfter the {@linkplain #lastEventId id of the last event} that the
	 * client has, if the publisher goes on behind it; otherwise {@code null} or another
	 * @param request the request
	 * @param response the response
	 * @return the emitter, or {@code null}
	 * @throws IOException if the client has gone
	 */
	public @Nullable SseEmitter open(Publisher<?> publisher, @Nullable String resumedAfter, HttpServletRequest request,
			HttpServletResponse response) throws IOException {
		String name = request.getMethod() + " " + request.getRequestURI();
		Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
		String logName = (pattern != null) ? request.getMethod() + " " + pattern : name;
		StreamDefinition definition = new StreamDefinition(name, Set.of(), this.settings.streams(),
				new PublisherDefinition(() -> publisher, true, null), this.settings.access());
		StreamFamily family = this.registry.adHoc(name, definition.settings(),
				(dispatcher, client) -> this.factory.stream(definition, publisher, resumedAfter, client, dispatcher)
					.logName(logName));
		return this.handler.open(family, definition, RequestTopics.NONE, request, response);
	}

	/**
	 * Returns the id of the last event that a client has: that of the header
	 * {@code Last-Event-ID} or, without one, of the parameter {@code lastEventId}.
	 * @param request the request
	 * @return the id, which is not to be trusted; {@code null} if there is none
	 */
	public static @Nullable String lastEventId(HttpServletRequest request) {
		return LastEventId.of(request);
	}

	/**
	 * Ends a stream for all its clients: they get what is left and the end of the
	 * response, and 204 when they come back.
	 * @param stream the name of the stream
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public void stop(String stream) {
		this.registry.stop(stream, null);
	}

	/**
	 * Ends a topic for all its clients, likewise, as {@link EventTopics#complete} does.
	 * @param stream the name of the stream
	 * @param topic the topic; nothing happens if there is no such topic
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public void stop(String stream, String topic) {
		this.registry.stop(stream, topic);
	}

	/**
	 * Describes all streams. Counts go on where the endpoint is closed and started again.
	 * @return a snapshot of each stream; empty while the endpoint is not running
	 */
	public List<StreamSnapshot> streams() {
		return this.registry.snapshots();
	}

	/**
	 * Describes one stream as it is now.
	 * @param stream the name of the stream
	 * @return a snapshot, of what was counted so far while the endpoint is not running;
	 * {@code null} if there is no such stream, or before the first start
	 */
	public @Nullable StreamSnapshot stream(String stream) {
		return this.registry.snapshot(stream);
	}

	/**
	 * Tells how much memory the events of a stream take, as {@code buffer-memory} counts
	 * it: in its log, waiting for room in it, and on their way to clients.
	 * @param stream the name of the stream
	 * @return how many bytes; 0 while the endpoint is not running
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public long memory(String stream) {
		return this.registry.memory(stream);
	}

	/**
	 * Describes the topics of a stream as they are now, as sums.
	 * @param stream the name of the stream
	 * @return a snapshot, of what was counted so far while the endpoint is not running;
	 * {@code null} if there is no such stream, or it has no topics, or before the first
	 * start
	 */
	public @Nullable TopicsSnapshot topics(String stream) {
		return this.registry.topics(stream);
	}

	/**
	 * Describes the topics of a stream that have the most clients.
	 * @param stream the name of the stream
	 * @param limit how many at most
	 * @return a snapshot of each, those with the most clients first
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public List<TopicSnapshot> busiestTopics(String stream, int limit) {
		return this.registry.busiestTopics(stream, limit);
	}

	/**
	 * Describes one topic as it is now.
	 * @param stream the name of the stream
	 * @param topic the topic
	 * @return a snapshot; {@code null} if there is no such topic
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public @Nullable TopicSnapshot topic(String stream, String topic) {
		return this.registry.topic(stream, topic);
	}

	/**
	 * Describes the threads that serve the clients as they are now.
	 * @return a snapshot; {@code null} while the endpoint is not running
	 */
	public @Nullable DispatcherSnapshot dispatcher() {
		return this.registry.dispatcher();
	}

	/**
	 * Describes the connections that the container has handed over to streams.
	 * @return a snapshot; empty unless the container offers that
	 */
	public DirectSnapshot directConnections() {
		return this.directConnections.snapshot();
	}

	/**
	 * Returns the streams that this endpoint serves.
	 * @return the definitions
	 */
	public Collection<StreamDefinition> definitions() {
		return this.definitions.values();
	}

	/**
	 * Fetches the publishers, and subscribes to channels; also after {@link #close()}.
	 */
	public void start() {
		this.registry.start();
	}

	/**
	 * Ends the connections of some clients at once, also of idle ones, and refuses those
	 * that are being let in. They may come back, as far as the application lets them.
	 * <p>
	 * May be called by any thread. One that serves clients, as a {@link StreamListener}'s
	 * or a filter's, does not wait for the others of its kind, whose clients are not
	 * counted then, and are gone a moment later.
	 * @param condition which clients; called on the threads that serve them or let them
	 * in, so that it must not block, and for some clients more than once. A client for
	 * which it throws is disconnected, since nobody knows whether it is meant; a warning
	 * says so
	 * @return how many they were; without those that were being let in, and those whose
	 * threads did not answer within a second
	 */
	public int disconnect(Predicate<EventClient> condition) {
		return this.registry.disconnect(condition);
	}

	/**
	 * Describes the clients of a stream as they are now. May be called by any thread; one
	 * that serves clients, as a {@link StreamListener}'s or a filter's, is told only of
	 * those that it serves itself.
	 * @param stream the name of the stream
	 * @return the clients; empty while the endpoint is not running
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public List<ClientSnapshot> clients(String stream) {
		return this.registry.clients(stream, null);
	}

	/**
	 * Describes the clients of a topic, likewise.
	 * @param stream the name of the stream
	 * @param topic the topic
	 * @return the clients; none if there is no such topic
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public List<ClientSnapshot> clients(String stream, String topic) {
		return this.registry.clients(stream, topic);
	}

	/**
	 * Sends all clients away, each at a moment of its own within the given time, and then
	 * closes. New clients are told to come back later. Returns when all are gone, or half
	 * a second after the time. If that is under way already, only waits.
	 * @param time the time
	 */
	public void drain(Duration time) {
		this.registry.drain(time);
		close();
	}

	/**
	 * Ends all streams and connections. Waits for the threads for about a second at most.
	 */
	@Override
	public void close() {
		this.registry.close();
		this.http2Outputs.hurry(SseEmitterSink.LAST_MOMENT);
		this.directConnections.awaitClosed(SseEmitterSink.LAST_MOMENT);
		this.openResponses.awaitEnd(SseEmitterSink.LAST_MOMENT);
	}

}
