package io.eventsource.web;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.eventsource.ClientSnapshot;
import io.eventsource.DataWriter;
import io.eventsource.DispatcherSnapshot;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.PersonalStream;
import io.eventsource.RefusalReason;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.EventStreamBuilder;
import io.eventsource.engine.runtime.Dispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
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

	/**
	 * Name of the request attribute by which a container may offer a way to end a
	 * response at once, however much of it has not been sent: a
	 * {@code Consumer<Throwable>}, which is given the reason. It must not block. The
	 * auto-configuration offers it for HTTP/2 on Tomcat.
	 */
	public static final String RESET_ATTRIBUTE = "io.eventsource.web.reset";

	private static final Log logger = LogFactory.getLog(EventSourceEndpoint.class);

	/** How long the workers may take to answer. */
	private static final long ANSWER_NANOS = 1_000_000_000;

	/** How long a worker may stand still at a shutdown, at least. */
	private static final Duration SHORTEST_STALL = Duration.ofMillis(200);

	private final Map<String, StreamDefinition> definitions = new LinkedHashMap<>();

	private final StreamSettings settings;

	private final StreamAccess access;

	private final DataWriter dataWriter;

	private final StreamListener listener;

	private final Supplier<Dispatcher> dispatchers;

	private final Connections connections;

	private final Http2Outputs http2Outputs;

	private final SseEmitterSink.Environment environment;

	private final Revocations revocations = new Revocations();

	/** Guards {@link #running} where counts are read. */
	private final StreamCounts counts = new StreamCounts();

	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable Running running;

	private volatile boolean closed;

	/**
	 * Makes an endpoint, which takes no thread until it is started.
	 * @param definitions the streams to serve
	 * @param settings the settings of publishers that are handed to {@link #open}
	 * @param access who may open such publishers, and what they see of them
	 * @param dataWriter writes data that is not text
	 * @param listener observes all streams
	 * @param dispatchers makes the threads that serve the clients, on each start
	 * @param sender runs what may block until a client reads, for responses that offer no
	 * non-blocking output; must not be bounded
	 * @param limits how many connections there may be
	 */
	public EventSourceEndpoint(Collection<StreamDefinition> definitions, StreamSettings settings, StreamAccess access,
			DataWriter dataWriter, StreamListener listener, Supplier<Dispatcher> dispatchers, Executor sender,
			ConnectionLimits limits) {
		definitions.forEach((definition) -> this.definitions.put(definition.name(), definition));
		this.settings = settings;
		this.access = access;
		this.dataWriter = dataWriter;
		this.listener = listener;
		this.dispatchers = dispatchers;
		this.http2Outputs = new Http2Outputs(new SendingThreads(sender));
		this.environment = new SseEmitterSink.Environment(sender, this.http2Outputs, new StreamingObstacles(),
				new HandlerChains());
		this.connections = new Connections(limits);
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
	 * @return the emitter to return from the controller method; {@code null} where the
	 * response is complete: to a {@code HEAD} request, to a client that has all of a
	 * stream that has ended (204), where a limit is reached, while the server shuts down,
	 * and where a servlet filter makes streaming impossible (500, and a message in the
	 * log)
	 * @throws IOException if the client has gone
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public @Nullable SseEmitter open(String stream, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		StreamDefinition definition = definition(stream);
		Running current = running();
		return (current != null) ? open(current.stream(stream), definition.access(), request, response)
				: refuse(stream, definition.settings(), RefusalReason.SHUTDOWN, request, response);
	}

	/**
	 * Opens a stream over a publisher for this client alone; for the return statement of
	 * a controller method. The publisher is subscribed to once, asked for no more than
	 * the client reads, cancelled when the client goes, and the response ends with it. A
	 * client that comes back with the id of an event is told of a gap, since the
	 * publisher is not known to go on behind that event.
	 * @param publisher the publisher; {@link Event events} are sent as they are, Spring's
	 * {@code ServerSentEvent}s likewise, anything else is the data of an event
	 * @param request the request
	 * @param response the response
	 * @return the emitter to return from the controller method; {@code null} where the
	 * response is complete: to a {@code HEAD} request, where a limit is reached, while
	 * the server shuts down, and where a servlet filter makes streaming impossible (500,
	 * and a message in the log)
	 * @throws IOException if the client has gone
	 */
	public @Nullable SseEmitter open(Publisher<?> publisher, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		return open(publisher, null, request, response);
	}

	/**
	 * Opens a stream over a publisher as
	 * {@link #open(Publisher, HttpServletRequest, HttpServletResponse)} does, where the
	 * publisher goes on behind an event that the client has already, so that the client
	 * is told of no gap.
	 * @param publisher the publisher
	 * @param resumedAfter the id of the last event that the client has, as
	 * {@link #lastEventId} yields it, if the publisher goes on behind that event;
	 * {@code null} or another id if it does not
	 * @param request the request
	 * @param response the response
	 * @return the emitter to return from the controller method, or {@code null}
	 * @throws IOException if the client has gone
	 */
	public @Nullable SseEmitter open(Publisher<?> publisher, @Nullable String resumedAfter, HttpServletRequest request,
			HttpServletResponse response) throws IOException {
		Running current = running();
		String name = request.getMethod() + " " + request.getRequestURI();
		Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
		String logName = (pattern != null) ? request.getMethod() + " " + pattern : name;
		return (current != null)
				? open(new PerClientStreams(name, this.settings,
						(client) -> current.unnamed(name, publisher, client, resumedAfter).logName(logName),
						current.unnamed), this.access, request, response)
				: refuse(name, this.settings, RefusalReason.SHUTDOWN, request, response);
	}

	/**
	 * Returns the id of the last event that a client has: that of the header
	 * {@code Last-Event-ID} or, where there is none, of the query parameter
	 * {@code lastEventId}.
	 * @param request the request
	 * @return the id, as sent by the client and not to be trusted; {@code null} if it has
	 * none
	 */
	public static @Nullable String lastEventId(HttpServletRequest request) {
		return LastEventId.of(request);
	}

	private @Nullable SseEmitter open(ServedStream stream, StreamAccess access, HttpServletRequest request,
			HttpServletResponse response) throws IOException {
		// Before anybody is asked: what is revoked while they think counts too
		Revocations.Mark mark = this.revocations.mark();
		Reception reception = Reception.of(request, stream.name(), access);
		RefusalReason refusal = reception.refusal();
		if (refusal == null && mark.revokes(reception.client())) {
			refusal = RefusalReason.REVOKED;
		}
		if (refusal != null) {
			return refuse(stream.name(), stream.settings(), refusal, request, response);
		}
		SseEmitterSink sink = SseEmitterSink.prepare(stream, reception.client(), request, response, this.environment);
		if (sink == null) {
			return null;
		}
		Connections.Place place = this.connections.enter(sink.client());
		refusal = place.refusal();
		if (refusal == null) {
			refusal = connect(sink, stream, place, mark);
		}
		return (refusal != null) ? refuse(stream.name(), stream.settings(), refusal, request, response) : sink.open();
	}

	private static @Nullable RefusalReason connect(SseEmitterSink sink, ServedStream stream, Connections.Place place,
			Revocations.Mark mark) {
		try {
			RefusalReason refusal = sink.connect(stream, place::leave);
			if (refusal == null && mark.revokes(sink.client())) {
				// Whoever revokes it from now on finds the client in the stream
				sink.revoke();
			}
			return refusal;
		}
		catch (RuntimeException | Error ex) {
			place.leave();
			throw ex;
		}
	}

	private @Nullable SseEmitter refuse(String stream, StreamSettings settings, RefusalReason reason,
			HttpServletRequest request, HttpServletResponse response) {
		logger.debug("Refused a client of stream '" + stream + "': " + reason);
		try {
			this.listener.clientRefused(stream, reason);
		}
		catch (Throwable ex) {
			logger.warn("A stream listener failed", ex);
		}
		switch (reason) {
			case UNAUTHORIZED -> SseEmitterSink.refuse(HttpServletResponse.SC_UNAUTHORIZED, response);
			case FORBIDDEN -> SseEmitterSink.refuse(HttpServletResponse.SC_FORBIDDEN, response);
			default -> SseEmitterSink.refuse(EventStream.returnTime(settings), this.connections.limits().rejection(),
					request, response);
		}
		return null;
	}

	/**
	 * Takes note of the session that a request has come with, so that no stream is opened
	 * for its user if it ends before the stream is opened. Called when the request
	 * begins, before anything of the application.
	 * @param request the request
	 */
	public static void begin(HttpServletRequest request) {
		Reception.begin(request);
	}

	/**
	 * Tells whether a request was answered by a stream that has begun, where nothing else
	 * can be answered any more.
	 * @param request the request
	 * @return whether it was
	 */
	public static boolean isStream(HttpServletRequest request) {
		return SseEmitterSink.isStreaming(request);
	}

	/**
	 * Ends a stream for all its clients: they get what is left and the end of the
	 * response, and 204 when they come back.
	 * @param stream the name of the stream
	 * @throws IllegalArgumentException if there is no such stream
	 */
	public void stop(String stream) {
		definition(stream);
		Running current = running();
		if (current != null) {
			current.stream(stream).stop();
		}
	}

	/**
	 * Describes the streams as they are now. Counts go on where the endpoint is closed
	 * and started again.
	 * @return a snapshot of each stream; empty while the endpoint is not running
	 */
	public List<StreamSnapshot> streams() {
		synchronized (this.counts) {
			Running current = this.running;
			return (current != null)
					? current.streams.values().stream().map((stream) -> this.counts.with(stream.snapshot())).toList()
					: List.of();
		}
	}

	/**
	 * Describes one stream as it is now. Counts go on where the endpoint is closed and
	 * started again.
	 * @param stream the name of the stream
	 * @return a snapshot, of what was counted so far while the endpoint is not running;
	 * {@code null} if there is no such stream, or before the first start
	 */
	public @Nullable StreamSnapshot stream(String stream) {
		synchronized (this.counts) {
			Running current = this.running;
			ServedStream served = (current != null) ? current.streams.get(stream) : null;
			return (served != null) ? this.counts.with(served.snapshot()) : this.counts.before(stream);
		}
	}

	/**
	 * Describes the threads that serve the clients as they are now.
	 * @return a snapshot; {@code null} while the endpoint is not running
	 */
	public @Nullable DispatcherSnapshot dispatcher() {
		Running current = this.running;
		return (current != null) ? current.dispatcher.snapshot() : null;
	}

	/**
	 * Returns the streams that this endpoint serves.
	 * @return the definitions
	 */
	public Collection<StreamDefinition> definitions() {
		return this.definitions.values();
	}

	/**
	 * Starts to serve, also after {@link #close()}: fetches the publishers, and
	 * subscribes to those that are channels.
	 */
	public void start() {
		this.closed = false;
		running();
	}

	/**
	 * Ends the connections of some clients at once, also of idle ones, and turns away
	 * those that are being let in meanwhile. They may come back, as far as the
	 * application lets them.
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
		// Before the streams are looked into: who gets a place later looks here
		this.revocations.add(condition);
		Running current = this.running;
		return (current != null) ? sum(current.all().map((stream) -> stream.disconnect(condition)).toList()) : 0;
	}

	private static int sum(List<CompletableFuture<Integer>> counts) {
		long end = System.nanoTime() + ANSWER_NANOS;
		return counts.stream().mapToInt((count) -> await(count, 0, end - System.nanoTime())).sum();
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
		definition(stream);
		Running current = this.running;
		return (current != null) ? await(current.stream(stream).clients(), List.of(), ANSWER_NANOS) : List.of();
	}

	private static <T> T await(CompletableFuture<T> answer, T otherwise, long nanos) {
		try {
			return answer.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return otherwise;
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.debug("A worker has not answered", ex);
			return otherwise;
		}
	}

	/**
	 * Sends all clients away, each at a moment of its own within the given time, and then
	 * closes. New clients are told to come back later meanwhile. Returns when all are
	 * gone, or half a second after the time at most. Where that is under way already,
	 * only waits.
	 * @param time the time
	 */
	public void drain(Duration time) {
		boolean draining = this.closed;
		this.closed = true;
		Running current = this.running;
		if (current != null) {
			if (!draining) {
				current.drain(time);
			}
			try {
				this.connections.awaitNone(time.plusMillis(500));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
		close();
	}

	/**
	 * Lets the publishers go and ends all connections. Waits for the threads for about a
	 * second at most.
	 */
	@Override
	public void close() {
		this.closed = true;
		this.lock.lock();
		try {
			Running current = this.running;
			if (current != null) {
				end(current);
			}
			this.http2Outputs.hurry(SseEmitterSink.LAST_MOMENT);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void end(Running current) {
		synchronized (this.counts) {
			this.counts.begin(current.streams.values());
			this.running = null;
		}
		try {
			current.close();
		}
		finally {
			synchronized (this.counts) {
				this.counts.end(current.streams.values());
			}
		}
	}

	private @Nullable Running running() {
		if (this.closed) {
			return null;
		}
		if (this.running == null) {
			this.lock.lock();
			try {
				if (this.running == null && !this.closed) {
					this.running = new Running();
				}
			}
			finally {
				this.lock.unlock();
			}
		}
		return this.running;
	}

	private StreamDefinition definition(String stream) {
		StreamDefinition definition = this.definitions.get(stream);
		if (definition == null) {
			throw new IllegalArgumentException(
					"There is no event stream '" + stream + "'; there are " + this.definitions.keySet());
		}
		return definition;
	}

	/**
	 * What there is between start and close.
	 */
	private final class Running {

		private final Dispatcher dispatcher = EventSourceEndpoint.this.dispatchers.get();

		private final Map<String, ServedStream> streams = new LinkedHashMap<>();

		/** Those that {@link #open} was given a publisher for. */
		private final OpenStreams unnamed = new OpenStreams();

		Running() {
			try {
				for (StreamDefinition definition : EventSourceEndpoint.this.definitions.values()) {
					this.streams.put(definition.name(), serve(definition));
				}
			}
			catch (Throwable ex) {
				// Nobody else could, since nobody gets to know this
				close();
				throw ex;
			}
		}

		private ServedStream serve(StreamDefinition definition) {
			String name = definition.name();
			Object source = definition.publisher().get();
			if (source instanceof PersonalStream personal) {
				return perClient(definition,
						(client) -> resumed(personal, definition, builder(definition, publisher(personal, client))));
			}
			Publisher<?> publisher = Publishers.of(source);
			if (definition.perClient()) {
				refuseChannel(name, publisher);
				Publisher<?> contextual = Publishers.inContext(publisher);
				return perClient(definition, (client) -> builder(definition, contextual));
			}
			EventStream stream = builder(definition, publisher).settings(definition.settings()).build();
			if (publisher instanceof EventChannel) {
				stream.start();
			}
			return new SharedStream(stream);
		}

		private static PerClientStreams perClient(StreamDefinition definition,
				Function<EventClient, EventStreamBuilder> builder) {
			return new PerClientStreams(definition.name(), definition.settings(), builder, new OpenStreams());
		}

		/** What a client has missed comes from one of the two. */
		private static EventStreamBuilder resumed(PersonalStream personal, StreamDefinition definition,
				EventStreamBuilder stream) {
			if (personal.resumes()) {
				return stream.resumed();
			}
			return (definition.history() == null) ? stream.resumable() : stream;
		}

		/** The application's code runs where it may block. */
		private static Publisher<Event> publisher(PersonalStream personal, EventClient client) {
			return (subscriber) -> RequestContext.write(personal.create(client)).subscribe(subscriber);
		}

		private static void refuseChannel(String name, Publisher<?> publisher) {
			if (publisher instanceof EventChannel) {
				throw new IllegalStateException("Stream '" + name + "' cannot be subscribed to per client, since its "
						+ "publisher is an EventChannel, in which one slow client would hold up all others; leave out "
						+ "eventsource.streams." + name + ".subscription, or declare a PersonalStream");
			}
		}

		private EventStreamBuilder builder(StreamDefinition definition, Publisher<?> publisher) {
			return builder(definition.name(), publisher).history(definition.history())
				.filters(definition.access().filters());
		}

		EventStreamBuilder unnamed(String name, Publisher<?> publisher, EventClient client,
				@Nullable String resumedAfter) {
			EventStreamBuilder stream = builder(name, Publishers.inContext(publisher))
				.filters(EventSourceEndpoint.this.access.filters());
			return (resumedAfter != null && resumedAfter.equals(client.lastEventId())) ? stream.resumed() : stream;
		}

		EventStreamBuilder builder(String name, Publisher<?> publisher) {
			return EventStream.builder(name, publisher, this.dispatcher)
				.mapping(Publishers::event)
				.dataWriter(EventSourceEndpoint.this.dataWriter)
				.listener(EventSourceEndpoint.this.listener);
		}

		ServedStream stream(String name) {
			ServedStream stream = this.streams.get(name);
			if (stream == null) {
				throw new IllegalStateException("Stream '" + name + "' is not running");
			}
			return stream;
		}

		Stream<ServedStream> all() {
			return Stream.concat(this.streams.values().stream(), this.unnamed.all().map(SharedStream::new));
		}

		void drain(Duration time) {
			// A worker that stands still has no time left for the clients of others
			Duration share = time.dividedBy(8);
			this.dispatcher.hurry((share.compareTo(SHORTEST_STALL) < 0) ? SHORTEST_STALL : share);
			this.streams.values().forEach((stream) -> stream.drain(time));
			this.unnamed.drain(time);
		}

		void close() {
			this.streams.values().forEach(ServedStream::close);
			this.unnamed.close();
			this.dispatcher.close();
		}

	}

}
