package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.eventsource.Callee;
import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventHistory;
import io.eventsource.EventSink;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.delivery.ClientGroups;
import io.eventsource.engine.delivery.Contention;
import io.eventsource.engine.delivery.Delivery;
import io.eventsource.engine.delivery.DeliveryCounts;
import io.eventsource.engine.delivery.DeliveryListener;
import io.eventsource.engine.delivery.Departure;
import io.eventsource.engine.delivery.Histories;
import io.eventsource.engine.delivery.HistoryTurns;
import io.eventsource.engine.delivery.Placement;
import io.eventsource.engine.delivery.Resumption;
import io.eventsource.engine.delivery.Visibility;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.runtime.ApplicationCalls;
import io.eventsource.engine.runtime.BoundedExecutor;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.PublisherStart;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.Supervisor;
import io.eventsource.engine.source.EventTranslator;
import io.eventsource.engine.source.SourceListener;
import io.eventsource.engine.source.SourceLog;
import io.eventsource.engine.source.StreamPublisher;
import io.eventsource.engine.source.StreamSource;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * One running stream over one publisher. The publisher is subscribed to when the first
 * client has its place. Thread-safe; no method blocks.
 */
public final class EventStream {

	private static final Log logger = LogFactory.getLog(EventStream.class);

	private final StreamContext context;

	private final StreamPublisher publisher;

	private final Dispatcher dispatcher;

	private final @Nullable Consumer<EventStream> onEnd;

	private final EventLog log;

	private final StreamSource source;

	private final Delivery delivery;

	private final ClientGroups groups;

	private final PersonalClient client;

	private final AtomicInteger clients = new AtomicInteger();

	private final Runnable tick = this::tick;

	/** Since when there has been no client; only looked at where there is none. */
	private volatile long idleSince;

	private volatile boolean draining;

	private volatile boolean closed;

	EventStream(EventStreamBuilder builder) {
		this.publisher = new StreamPublisher(builder.publisher,
				(builder.logName != null) ? builder.logName : builder.name);
		this.dispatcher = builder.dispatcher;
		this.onEnd = builder.onEnd;
		StreamSettings settings = builder.settings;
		Supervisor supervisor = new Supervisor(builder.name, builder.listener, logger, this.dispatcher.clock());
		this.context = new StreamContext(builder.name, settings, this.onEnd != null, supervisor, new ApplicationCalls(),
				this.dispatcher.clock());
		boolean filtered = !builder.filters.isEmpty();
		FrameEncoder encoder = new FrameEncoder(builder.dataWriter, settings.buffer().maxEventSize(), filtered,
				this.publisher.hasForeignIds(), this.dispatcher.typeWarnings());
		this.log = new EventLog(settings.buffer().size(), settings.buffer().memory(),
				settings.buffer().overflow() == OverflowStrategy.CONFLATE, filtered, this.dispatcher.clock());
		EventTranslator translator = new EventTranslator(this.context, encoder, builder.mapping);
		this.source = new StreamSource(this.context, this.publisher, translator,
				new SourceLog(this.log, this::floor, () -> this.clients.get() > 0, this::appended),
				new PublisherEvents(), this.dispatcher);
		this.client = new PersonalClient(this.context, this.dispatcher.earlyFailures());
		this.delivery = delivery(builder, translator);
		this.groups = new ClientGroups(this.delivery,
				new Contention(this.source::pace, this.dispatcher.clock().getAsLong()), new Deliveries(),
				this.dispatcher);
	}

	private Delivery delivery(EventStreamBuilder builder, EventTranslator translator) {
		EventHistory history = this.publisher.history(builder.history);
		HistoryTurns turns = new HistoryTurns(
				new BoundedExecutor(this::readHistory, HistoryTurns.READERS,
						this.context.supervisor().log(Callee.HISTORY)),
				this.log, this::floor, this.context.settings().buffer().memory());
		Resumption resumption = new Resumption(builder.resumed, builder.resumable, this.publisher::isForeign);
		return new Delivery(this.context, this.log, new Placement(this.context, this.log, resumption),
				new Visibility(this.context, List.copyOf(builder.filters),
						() -> history != null && history.hasOpaqueIds()),
				new Histories(history, turns, translator::translate, this::isClosed), this.client);
	}

	/**
	 * Starts the description of a stream.
	 * @param name the name, for messages
	 * @param publisher where the events come from; of an element that is no event, one is
	 * made
	 * @param dispatcher the threads that serve the stream
	 * @return a new builder
	 */
	public static EventStreamBuilder builder(String name, Publisher<?> publisher, Dispatcher dispatcher) {
		return new EventStreamBuilder(name, publisher, dispatcher);
	}

	/**
	 * Returns the name of the stream.
	 * @return the name
	 */
	public String name() {
		return this.context.name();
	}

	/**
	 * Returns the settings of the stream.
	 * @return the settings
	 */
	public StreamSettings settings() {
		return this.context.settings();
	}

	/**
	 * Subscribes to the publisher without waiting for a client.
	 */
	public void start() {
		if (!this.closed) {
			this.idleSince = this.dispatcher.clock().getAsLong();
			this.dispatcher.worker(0).startTicking(this.tick);
			this.source.start();
		}
	}

	/**
	 * Gives a client its place in the stream: behind the last event it has, or at what
	 * comes next.
	 * @param client the client
	 * @param sink where its bytes go
	 * @return the connection, for the transport to report to
	 * @throws IllegalStateException if the stream was closed
	 */
	public EventConnection connect(EventClient client, EventSink sink) {
		EventConnection connection = admit(client, sink);
		if (isPersonal()) {
			serve(client, sink);
		}
		try {
			tell((listener) -> listener.clientOpened(client));
			start();
			if (this.closed) {
				// For what was started after it had been stopped
				close();
			}
		}
		catch (Throwable ex) {
			// The client has its place, so it is the worker that ends the connection
			this.context.supervisor().failed(Callee.ENGINE, () -> client + " could not be served", ex);
			connection.close(CloseReason.FAILED);
		}
		return connection;
	}

	private void serve(EventClient client, EventSink sink) {
		PublisherStart first = this.client.serve(client, sink);
		if (this.publisher.isBuffering()) {
			// Which does not fail before it has begun
			first.called();
			first.give();
		}
	}

	/**
	 * In one step with {@link #release}: a publisher is not cancelled under a client; and
	 * with {@link #drain} and {@link #close}: a client is turned away or sent away.
	 */
	private synchronized EventConnection admit(EventClient client, EventSink sink) {
		if (this.draining || isClosed()) {
			throw new IllegalStateException("Stream '" + this.context.name() + "' is closed");
		}
		EventConnection connection = this.groups.admit(client, sink);
		// Registered before it is counted, so that a count above zero implies a position
		this.clients.incrementAndGet();
		return connection;
	}

	private synchronized void release(Duration linger, long now) {
		if (this.clients.get() == 0 && now - this.idleSince >= linger.toNanos() && !this.log.hasEnded()
				&& this.source.release()) {
			this.log.renew();
			logger.debug("Cancelled the publisher of stream '" + this.context.name() + "', which has no clients");
		}
	}

	/**
	 * Tells whether a client has nothing more to expect: the stream has ended, and the
	 * client has all of it.
	 * @param lastEventId the id of the last event that the client has, or {@code null}
	 * @return whether the client need not come back
	 */
	public boolean isOver(@Nullable String lastEventId) {
		return this.delivery.placement().isOver(lastEventId);
	}

	/**
	 * Tells whether an id is the one that a client has been left with at the end of a
	 * {@link EventStreamBuilder#personal personal} stream.
	 * @param lastEventId the id of the last event that the client has, or {@code null}
	 * @return whether the client need not come back
	 */
	public static boolean wasPersonal(@Nullable String lastEventId) {
		return lastEventId != null && FrameEncoder.isEnd(lastEventId);
	}

	/**
	 * Returns what is sent to an {@code EventSource} before anything else: a line without
	 * an empty one behind it, which many readers would take for an event. It becomes a
	 * part of the first block.
	 * @param retry the reconnection time that it is told
	 * @return the bytes
	 */
	public static byte[] preamble(Duration retry) {
		return FrameEncoder.retry(retry);
	}

	/**
	 * Returns what tells a client its place before it is sent an event.
	 * @param id the id of the place, which is {@link EventConnection#openingId()};
	 * {@code null} for none
	 * @return the bytes, which follow the preamble; none without an id
	 */
	public static byte[] position(@Nullable String id) {
		return (id != null) ? FrameEncoder.checkpoint(id) : new byte[0];
	}

	/**
	 * Returns the time after which a client is to come back that cannot be served now:
	 * between the reconnection time and twice that, at random, so that not all come back
	 * at once.
	 * @param settings the settings of the stream
	 * @return the time, in whole milliseconds
	 */
	public static Duration returnTime(StreamSettings settings) {
		return Departure.returnTime(settings);
	}

	/**
	 * Ends the stream: the publisher is cancelled, and clients get what the log has for
	 * them and then the end of the response, now and whenever they come back.
	 */
	public void stop() {
		this.source.stop();
		this.log.end();
		appended();
	}

	/**
	 * Sends all clients away, each at a moment of its own within the given time, with the
	 * reconnection time that it is to wait; new ones are refused. To be followed by
	 * {@link #close}.
	 * @param time the time
	 */
	public void drain(Duration time) {
		synchronized (this) {
			this.draining = true;
		}
		this.groups.drain(time.toNanos());
	}

	/**
	 * Cancels the subscription to the publisher and ends all connections, since the
	 * server shuts down.
	 */
	public void close() {
		synchronized (this) {
			this.closed = true;
		}
		this.source.stop();
		this.dispatcher.worker(0).stopTicking(this.tick);
		this.groups.close(CloseReason.SHUTDOWN);
	}

	/**
	 * Ends the connections of some clients at once, also of idle ones.
	 * @param condition which clients
	 * @return how many they were, as soon as the workers have looked
	 */
	public CompletableFuture<Integer> disconnect(Predicate<EventClient> condition) {
		return this.groups.disconnect(condition, CloseReason.REVOKED);
	}

	/**
	 * Describes the clients as they are now.
	 * @return the clients, as soon as the workers have looked
	 */
	public CompletableFuture<List<ClientSnapshot>> clients() {
		return this.groups.clients();
	}

	/**
	 * Describes the stream as it is now.
	 * @return the snapshot
	 */
	public StreamSnapshot snapshot() {
		long tail = this.log.tail();
		return new StreamSnapshot(this.context.name(), state(), this.clients.get(), tail,
				this.groups.sum(DeliveryCounts::delivered), this.groups.sum(DeliveryCounts::bytes),
				this.groups.sum(DeliveryCounts::skipped), this.groups.sum(DeliveryCounts::filtered),
				this.groups.sum(DeliveryCounts::replayed), this.groups.greatestLag(tail), this.source.restarts());
	}

	private StreamSnapshot.State state() {
		if (this.closed) {
			return StreamSnapshot.State.CLOSED;
		}
		if (this.log.hasEnded()) {
			return StreamSnapshot.State.COMPLETED;
		}
		if (this.source.isSubscribed() && !this.source.isDoubtful()) {
			return this.publisher.isCutOff() ? StreamSnapshot.State.RESTARTING : StreamSnapshot.State.LIVE;
		}
		return this.source.isFailing() ? StreamSnapshot.State.RESTARTING : StreamSnapshot.State.WAITING;
	}

	/**
	 * Whether the stream serves one client alone, whose pace is then the publisher's.
	 */
	public boolean isPersonal() {
		return this.onEnd != null;
	}

	/**
	 * Whether no client can be served any more.
	 */
	public boolean isClosed() {
		return this.closed || this.dispatcher.isClosed();
	}

	public EventLog log() {
		return this.log;
	}

	/**
	 * What its connections share.
	 */
	Delivery delivery() {
		return this.delivery;
	}

	/**
	 * The position that no event needed by a client that could take it is behind.
	 */
	public long floor() {
		return this.groups.floor();
	}

	private void appended() {
		this.groups.scheduleFlush();
	}

	/** Once there are no such threads any more, histories are only closed. */
	private void readHistory(Runnable histories) {
		if (this.dispatcher.intake(histories)) {
			return;
		}
		if (!isClosed()) {
			throw new RejectedExecutionException(
					"There is no thread for the history of stream '" + this.context.name() + "'");
		}
		histories.run();
	}

	private void tick() {
		long now = this.dispatcher.clock().getAsLong();
		Duration linger = this.context.settings().publisher().linger();
		if (linger != null && this.clients.get() == 0) {
			release(linger, now);
		}
		this.source.tick();
	}

	private void tell(Consumer<StreamListener> signal) {
		this.context.supervisor().tell(signal);
	}

	private void closed(EventClient client, CloseReason reason) {
		this.idleSince = this.dispatcher.clock().getAsLong();
		this.clients.decrementAndGet();
		if (this.onEnd != null) {
			close();
			this.context.calls().end();
			this.onEnd.accept(this);
		}
		// Last, since listeners may take their time
		this.context.supervisor().debug(() -> "Closed " + client + ": " + reason);
		tell((listener) -> listener.clientClosed(client, reason));
	}

	/**
	 * What follows from what the publisher does.
	 */
	private final class PublisherEvents implements SourceListener {

		@Override
		public void runInContext(Runnable task) {
			EventStream.this.client.runInContext(task);
		}

		@Override
		public void called() {
			PublisherStart start = EventStream.this.client.publisherStart();
			if (start != null) {
				start.called();
			}
		}

		@Override
		public void emitted() {
			PublisherStart start = EventStream.this.client.publisherStart();
			if (start != null) {
				start.emitted();
			}
		}

		@Override
		public void completed() {
			PublisherStart start = EventStream.this.client.publisherStart();
			if (start != null) {
				start.give();
			}
			stop();
		}

		@Override
		public void failed(Throwable cause, boolean early, Runnable report) {
			PublisherStart start = EventStream.this.client.publisherStart();
			if (start != null && start.failed(cause)) {
				logger.debug("The publisher of stream '" + name() + "' failed, as its client is told", cause);
				ended(cause);
				EventStream.this.groups.close(CloseReason.FAILED);
				return;
			}
			report.run();
			if (start != null && early) {
				EventStream.this.client.failedEarly();
			}
			ended(cause);
		}

		private void ended(Throwable cause) {
			tell((listener) -> listener.publisherFailed(name(), cause));
			if (isPersonal()) {
				// Before the end of the log: who sees that knows why
				EventStream.this.client.failed();
				stop();
			}
		}

	}

	/**
	 * What follows from the progress of the clients.
	 */
	private final class Deliveries implements DeliveryListener {

		@Override
		public void flushed(Frame first) {
			long nanos = EventStream.this.dispatcher.clock().getAsLong() - first.time();
			tell((listener) -> listener.eventsFlushed(name(), nanos));
		}

		@Override
		public void progressed() {
			if (isPersonal()) {
				// Nobody else comes for what its client has
				EventStream.this.log.forget(floor());
			}
			EventStream.this.delivery.histories().advance();
			EventStream.this.source.replenish(false);
		}

		@Override
		public void closed(EventClient client, CloseReason reason) {
			EventStream.this.closed(client, reason);
		}

	}

}
