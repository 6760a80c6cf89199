package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import io.eventsource.Callee;
import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.EventSink;
import io.eventsource.GapCause;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.delivery.Audience;
import io.eventsource.engine.delivery.ClientCursor;
import io.eventsource.engine.delivery.ClientFilter;
import io.eventsource.engine.delivery.ClientGroup;
import io.eventsource.engine.delivery.Contention;
import io.eventsource.engine.delivery.HistoryReplay;
import io.eventsource.engine.delivery.HistoryTurns;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.LogId;
import io.eventsource.engine.runtime.ApplicationCalls;
import io.eventsource.engine.runtime.BoundedExecutor;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.Supervisor;
import io.eventsource.engine.source.Intake;
import io.eventsource.engine.source.PublisherStart;
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

	/** How many histories of a stream are read at once. */
	private static final int HISTORIES = HistoryTurns.READERS;

	private final String name;

	private final StreamSettings settings;

	private final Function<Object, Event> mapping;

	private final @Nullable EventHistory history;

	private final List<EventFilter> filters;

	private final @Nullable EventChannel channel;

	private final Dispatcher dispatcher;

	private final @Nullable Consumer<EventStream> onEnd;

	private final boolean resumable;

	private final boolean resumed;

	private final FrameEncoder encoder;

	private final EventLog log;

	private final Intake intake;

	private final ApplicationCalls calls = new ApplicationCalls();

	private final HistoryTurns histories;

	private final Supervisor supervisor;

	private final Contention contention;

	private final Audience audience;

	private final AtomicInteger clients = new AtomicInteger();

	private final Runnable tick = this::tick;

	/** Since when there has been no client; only looked at where there is none. */
	private volatile long idleSince;

	private volatile boolean draining;

	/** Where the bytes of a personal stream go. */
	private volatile @Nullable EventSink sink;

	/** The first sign of the publisher of a personal stream. */
	private volatile @Nullable PublisherStart start;

	/** What the client of a personal stream is told last, that has failed at once. */
	private volatile byte[] farewell = new byte[0];

	/** Whether a personal stream has ended by a failure. */
	private volatile boolean failed;

	private volatile boolean closed;

	private EventStream(Builder builder) {
		this.name = builder.name;
		this.settings = builder.settings;
		this.mapping = builder.mapping;
		this.filters = List.copyOf(builder.filters);
		this.channel = (builder.publisher instanceof EventChannel source) ? source : null;
		this.history = (this.channel != null) ? this.channel.history(builder.history) : builder.history;
		this.dispatcher = builder.dispatcher;
		this.onEnd = builder.onEnd;
		this.resumable = builder.resumable;
		this.resumed = builder.resumed;
		this.supervisor = new Supervisor(this.name, builder.listener, logger, this.dispatcher.clock());
		this.encoder = new FrameEncoder(builder.dataWriter, this.settings.buffer().maxEventSize(),
				!this.filters.isEmpty(), this.channel != null && this.channel.isRelayed(),
				this.dispatcher.typeWarnings());
		this.log = new EventLog(this.settings.buffer().size(), this.settings.buffer().memory(),
				this.settings.buffer().overflow() == OverflowStrategy.CONFLATE, !this.filters.isEmpty(),
				this.dispatcher.clock());
		this.intake = new Intake(this, builder.publisher, this.log, this.dispatcher,
				(builder.logName != null) ? builder.logName : this.name);
		this.histories = new HistoryTurns(
				new BoundedExecutor(this::intake, HISTORIES, this.supervisor.log(Callee.HISTORY)), this.log,
				this::floor, this.settings.buffer().memory());
		this.contention = new Contention(this.intake::pace, this.dispatcher.clock().getAsLong());
		this.audience = new Audience(this, this.dispatcher);
	}

	/**
	 * Starts the description of a stream.
	 * @param name the name, for messages
	 * @param publisher where the events come from; of an element that is no event, one is
	 * made
	 * @param dispatcher the threads that serve the stream
	 * @return a new builder
	 */
	public static Builder builder(String name, Publisher<?> publisher, Dispatcher dispatcher) {
		return new Builder(name, publisher, dispatcher);
	}

	/**
	 * Returns the name of the stream.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Returns the settings of the stream.
	 * @return the settings
	 */
	public StreamSettings settings() {
		return this.settings;
	}

	/**
	 * Subscribes to the publisher without waiting for a client.
	 */
	public void start() {
		if (!this.closed) {
			this.idleSince = this.dispatcher.clock().getAsLong();
			this.dispatcher.worker(0).startTicking(this.tick);
			this.intake.start();
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
		ClientCursor cursor = admit(client, sink);
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
			this.supervisor.failed(Callee.ENGINE, () -> client + " could not be served", ex);
			cursor.close(CloseReason.FAILED);
		}
		return cursor;
	}

	private void serve(EventClient client, EventSink sink) {
		String user = (client.principalName() != null) ? client.principalName() : client.remoteAddress();
		PublisherStart first = new PublisherStart(sink, this.name + " " + user, this.dispatcher.earlyFailures(),
				this.settings, this.dispatcher.clock().getAsLong());
		this.sink = sink;
		this.start = first;
		if (this.channel != null) {
			// Which does not fail before it has begun
			first.called();
			first.give();
		}
	}

	/**
	 * In one step with {@link #release}: a publisher is not let go under a client; and
	 * with {@link #drain} and {@link #close}: a client is turned away or sent away.
	 */
	private synchronized ClientCursor admit(EventClient client, EventSink sink) {
		if (this.draining || isClosed()) {
			throw new IllegalStateException("Stream '" + this.name + "' is closed");
		}
		ClientCursor cursor = this.audience.admit(client, sink);
		// Who counts the client can rely on its having its place
		this.clients.incrementAndGet();
		return cursor;
	}

	private synchronized void release(Duration linger, long now) {
		if (this.clients.get() == 0 && now - this.idleSince >= linger.toNanos() && !this.log.hasEnded()
				&& this.intake.release()) {
			this.log.renew();
			logger.debug("Let go the publisher of stream '" + this.name + "', which has no clients");
		}
	}

	/**
	 * Tells whether a client has nothing more to expect: the stream has ended, and the
	 * client has all of it.
	 * @param lastEventId the id of the last event that the client has, or {@code null}
	 * @return whether the client need not come back
	 */
	public boolean isOver(@Nullable String lastEventId) {
		EventLog.Start start = this.log.start(lastEventId, this.settings.replay().initial());
		return start.gap() == null && this.log.isOver(start.position());
	}

	/**
	 * Tells whether an id is the one that a client has been left with at the end of a
	 * {@link Builder#personal personal} stream.
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
		long retry = settings.connection().retry().toMillis();
		return Duration.ofMillis(retry + ThreadLocalRandom.current().nextLong(Math.max(retry, 1000) + 1));
	}

	/**
	 * Ends the stream: the publisher is let go, and clients get what the log has for them
	 * and then the end of the response, now and whenever they come back.
	 */
	public void stop() {
		this.intake.stop();
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
		this.audience.drain(time.toNanos());
	}

	/**
	 * Lets the publisher go and ends all connections, since the server shuts down.
	 */
	public void close() {
		synchronized (this) {
			this.closed = true;
		}
		this.intake.stop();
		this.dispatcher.worker(0).stopTicking(this.tick);
		this.audience.close(CloseReason.SHUTDOWN);
	}

	/**
	 * Ends the connections of some clients at once, also of idle ones.
	 * @param condition which clients
	 * @return how many they were, as soon as the workers have looked
	 */
	public CompletableFuture<Integer> disconnect(Predicate<EventClient> condition) {
		return this.audience.disconnect(condition, CloseReason.REVOKED);
	}

	/**
	 * Describes the clients as they are now.
	 * @return the clients, as soon as the workers have looked
	 */
	public CompletableFuture<List<ClientSnapshot>> clients() {
		return this.audience.clients();
	}

	/**
	 * Describes the stream as it is now.
	 * @return the snapshot
	 */
	public StreamSnapshot snapshot() {
		long tail = this.log.tail();
		return new StreamSnapshot(this.name, state(), this.clients.get(), tail,
				this.audience.sum(ClientGroup.Counts::delivered), this.audience.sum(ClientGroup.Counts::bytes),
				this.audience.sum(ClientGroup.Counts::skipped), this.audience.sum(ClientGroup.Counts::filtered),
				this.audience.sum(ClientGroup.Counts::replayed), this.audience.greatestLag(tail),
				this.intake.restarts());
	}

	private StreamSnapshot.State state() {
		if (this.closed) {
			return StreamSnapshot.State.CLOSED;
		}
		if (this.log.hasEnded()) {
			return StreamSnapshot.State.COMPLETED;
		}
		if (this.intake.isSubscribed() && !this.intake.isDoubtful()) {
			return (this.channel != null && this.channel.isCutOff()) ? StreamSnapshot.State.RESTARTING
					: StreamSnapshot.State.LIVE;
		}
		return this.intake.isFailing() ? StreamSnapshot.State.RESTARTING : StreamSnapshot.State.WAITING;
	}

	/**
	 * Whether the stream serves one client alone, whose pace is then the publisher's.
	 */
	public boolean isPersonal() {
		return this.onEnd != null;
	}

	/**
	 * Why the client of a log that has ended is sent away once it has everything.
	 */
	public CloseReason endReason() {
		return this.failed ? CloseReason.FAILED : CloseReason.COMPLETED;
	}

	/**
	 * Whether no client can be served any more.
	 */
	public boolean isClosed() {
		return this.closed || this.dispatcher.isClosed();
	}

	/**
	 * The calls of the application's code that are made for this stream.
	 */
	public ApplicationCalls calls() {
		return this.calls;
	}

	public EventLog log() {
		return this.log;
	}

	public FrameEncoder encoder() {
		return this.encoder;
	}

	/**
	 * Whether the publisher waits for each client until its write timeout.
	 */
	public boolean waitsForEverybody() {
		return isPersonal() || this.settings.buffer().overflow() == OverflowStrategy.BACKPRESSURE;
	}

	/**
	 * How long the publisher waits for the other clients.
	 */
	public Contention contention() {
		return this.contention;
	}

	/**
	 * Where a client starts.
	 */
	public EventLog.Start start(@Nullable String lastEventId) {
		EventLog.Start start = this.log.start(lastEventId, this.settings.replay().initial());
		if (this.resumed) {
			return EventLog.Start.at(start.position());
		}
		if (start.gap() == GapCause.UNKNOWN) {
			if (this.resumable) {
				return EventLog.Start.at(start.position());
			}
			if (this.channel != null && this.channel.isRelayed(lastEventId)) {
				return new EventLog.Start(start.position(), GapCause.EVICTED, null);
			}
		}
		return start;
	}

	/**
	 * What may know the events that a client would miss otherwise.
	 * @return the history for this client; {@code null} if it needs none or there is none
	 */
	public @Nullable HistoryReplay history(EventClient client, EventSink sink, boolean positions, EventLog.Start start,
			Runnable signal) {
		String lastEventId = client.lastEventId();
		if (this.history == null || lastEventId == null || start.gap() == null || LogId.isOpening(lastEventId)) {
			return null;
		}
		return new HistoryReplay(this.history, this, client, sink, positions, start, this.histories, signal);
	}

	/**
	 * What a client may see; {@code null} for everything.
	 * @param positions whether the client is told positions
	 * @param onStall called if a worker had to be replaced while it was in a filter
	 */
	public @Nullable ClientFilter filter(EventClient client, boolean positions, Runnable onStall) {
		return showsAll(client) ? null : new ClientFilter(client, this, this.filters, positions, onStall);
	}

	public boolean hasFilters() {
		return !this.filters.isEmpty();
	}

	public boolean hasHistory() {
		return this.history != null;
	}

	/**
	 * Whether a client is shown all events.
	 */
	public boolean showsAll(EventClient client) {
		return this.filters.isEmpty() && client.types().isEmpty();
	}

	/**
	 * Whether a client may know the ids of events that it is not shown.
	 */
	public boolean disclosesIds() {
		return this.filters.isEmpty() || isPersonal() || (this.history != null && this.history.hasOpaqueIds());
	}

	/**
	 * The position that no event needed by a client that could take it is behind.
	 */
	public long floor() {
		return this.audience.floor();
	}

	public boolean hasClients() {
		return this.clients.get() > 0;
	}

	/**
	 * What tells clients that events are missing in the place that it has in the stream.
	 */
	public EncodedEvent gap(GapCause cause) {
		return EncodedEvent.gap(cause, FrameEncoder.gap(this.settings.replay().gapEvent(), cause, null));
	}

	public void appended() {
		this.audience.announce();
	}

	/**
	 * Takes note that an event and what followed it have been sent to those that could
	 * take them.
	 */
	public void flushed(Frame frame) {
		long nanos = this.dispatcher.clock().getAsLong() - frame.time();
		tell((listener) -> listener.eventsFlushed(this.name, nanos));
	}

	public void progressed() {
		if (isPersonal()) {
			// Nobody else comes for what its client has
			this.log.forget(floor());
		}
		this.histories.advance();
		this.intake.replenish(false);
	}

	/**
	 * Makes an event of an element, and encodes it.
	 * @return the event, or what tells clients that it is missing if it cannot be sent,
	 * of which the listener was told
	 */
	public EncodedEvent translate(Object element) {
		try {
			return this.encoder
				.encode(Objects.requireNonNull(this.mapping.apply(element), "the mapping returned null"));
		}
		catch (IllegalArgumentException ex) {
			return reject(element, ex, ex.getMessage(), ex.getCause());
		}
		catch (Throwable ex) {
			// Not the failure of the publisher, whose next event may be fine
			return reject(element, ex, "none could be made of what was published: " + ex, ex);
		}
	}

	/**
	 * Takes note that an event cannot be sent.
	 * @return what tells clients that it is missing
	 */
	public EncodedEvent reject(Object element, Throwable cause, @Nullable String message, @Nullable Throwable logged) {
		this.supervisor.failed(Callee.WRITER, () -> "Stream '" + this.name + "' leaves out an event: " + message,
				logged, cause);
		tell((listener) -> listener.eventRejected(this.name, element, cause));
		return gap(GapCause.REJECTED);
	}

	/** Once there are no such threads any more, histories are only closed. */
	private void intake(Runnable histories) {
		if (this.dispatcher.intake(histories)) {
			return;
		}
		if (!isClosed()) {
			throw new RejectedExecutionException("There is no thread for the history of stream '" + this.name + "'");
		}
		histories.run();
	}

	public Supervisor supervisor() {
		return this.supervisor;
	}

	public void missed(EventClient client, GapCause cause, @Nullable Long missed) {
		tell((listener) -> listener.eventsMissed(client, cause, missed));
	}

	/**
	 * Runs code of the application that is there for one client alone, if it is.
	 */
	public void runInContext(Runnable task) {
		EventSink client = this.sink;
		if (client != null) {
			client.runInContext(task);
		}
		else {
			task.run();
		}
	}

	/**
	 * The first sign of the publisher; {@code null} where clients share it.
	 */
	public @Nullable PublisherStart publisherStart() {
		return this.start;
	}

	/**
	 * What the client is told last if it got no event; empty for nothing.
	 */
	public byte[] farewell() {
		return this.farewell;
	}

	/**
	 * Ends a personal stream whose client is answered with the failure of its publisher.
	 */
	public void answered(Throwable cause) {
		failed(cause);
		this.audience.close(CloseReason.FAILED);
	}

	/**
	 * Ends a personal stream whose publisher has failed before its first event.
	 */
	public void failedEarly(Throwable cause) {
		PublisherStart first = this.start;
		if (first != null) {
			this.farewell = first.farewell(this.dispatcher.clock().getAsLong());
		}
		failed(cause);
	}

	public void failed(Throwable cause) {
		tell((listener) -> listener.publisherFailed(this.name, cause));
		if (isPersonal()) {
			// Before the end of the log: who sees that knows why
			this.failed = true;
			stop();
		}
	}

	public void closed(EventClient client, CloseReason reason) {
		this.idleSince = this.dispatcher.clock().getAsLong();
		this.clients.decrementAndGet();
		if (this.onEnd != null) {
			close();
			this.calls.end();
			this.onEnd.accept(this);
		}
		// Last, since listeners may take their time
		this.supervisor.debug(() -> "Closed " + client + ": " + reason);
		tell((listener) -> listener.clientClosed(client, reason));
	}

	private void tick() {
		long now = this.dispatcher.clock().getAsLong();
		Duration linger = this.settings.publisher().linger();
		if (linger != null && this.clients.get() == 0) {
			release(linger, now);
		}
		this.intake.tick(now);
	}

	private void tell(Consumer<StreamListener> signal) {
		this.supervisor.tell(signal);
	}

	/**
	 * Describes a stream to be built. Not thread-safe.
	 */
	public static final class Builder {

		private final String name;

		private final Publisher<?> publisher;

		private final Dispatcher dispatcher;

		private StreamSettings settings = StreamSettings.defaults();

		private DataWriter dataWriter = (data) -> {
			throw new IllegalStateException("there is no DataWriter for " + data.getClass().getName()
					+ "; publish text, or supply a DataWriter");
		};

		private StreamListener listener = new StreamListener() {
		};

		private Function<Object, Event> mapping = (element) -> (element instanceof Event event) ? event
				: Event.of(element);

		private @Nullable EventHistory history;

		private List<EventFilter> filters = List.of();

		private @Nullable Consumer<EventStream> onEnd;

		private boolean resumable;

		private boolean resumed;

		private @Nullable String logName;

		private Builder(String name, Publisher<?> publisher, Dispatcher dispatcher) {
			this.name = name;
			this.publisher = publisher;
			this.dispatcher = dispatcher;
		}

		/**
		 * Sets the settings.
		 * @param settings the settings, {@link StreamSettings#defaults()} if never called
		 * @return this builder
		 */
		public Builder settings(StreamSettings settings) {
			this.settings = settings;
			return this;
		}

		/**
		 * Sets what writes data that is not text. Without it, such events are refused.
		 * @param dataWriter the writer
		 * @return this builder
		 */
		public Builder dataWriter(DataWriter dataWriter) {
			this.dataWriter = dataWriter;
			return this;
		}

		/**
		 * Sets who observes the stream.
		 * @param listener the listener
		 * @return this builder
		 */
		public Builder listener(StreamListener listener) {
			this.listener = listener;
			return this;
		}

		/**
		 * Sets how an event is made of what the publisher emits. By default, what is no
		 * event is the data of one.
		 * @param mapping the mapping, which throws {@link IllegalArgumentException} for
		 * an element that cannot be an event; it is left out then
		 * @return this builder
		 */
		public Builder mapping(Function<Object, Event> mapping) {
			this.mapping = mapping;
			return this;
		}

		/**
		 * Sets who knows the events that the log does not have any more.
		 * @param history the history, or {@code null} for none
		 * @return this builder
		 */
		public Builder history(@Nullable EventHistory history) {
			this.history = history;
			return this;
		}

		/**
		 * Sets who says which client may see which event.
		 * @param filters the filters, which must all agree; none, if never called
		 * @return this builder
		 */
		public Builder filters(List<EventFilter> filters) {
			this.filters = filters;
			return this;
		}

		/**
		 * Makes the stream serve one client alone: the publisher is asked for no more
		 * than the client reads, is let go when the client leaves, and its failure ends
		 * the connection.
		 * @param onEnd called with the stream when the client has gone
		 * @return this builder
		 */
		public Builder personal(Consumer<EventStream> onEnd) {
			this.onEnd = onEnd;
			return this;
		}

		/**
		 * Says that the publisher knows the client and goes on behind its last event,
		 * where that has an id of the application's. The client is not told of a gap
		 * then, and no history is asked.
		 * @return this builder
		 */
		public Builder resumable() {
			this.resumable = true;
			return this;
		}

		/**
		 * Says that the publisher goes on behind the last event of the client, whatever
		 * its id looks like. The client is not told of a gap then, and no history is
		 * asked.
		 * @return this builder
		 */
		public Builder resumed() {
			this.resumed = true;
			return this;
		}

		/**
		 * Sets the name under which the log tells of the publisher, where many streams
		 * for one client each are of one kind and their names differ.
		 * @param logName the name; that of the stream, if never called
		 * @return this builder
		 */
		public Builder logName(String logName) {
			this.logName = logName;
			return this;
		}

		/**
		 * Makes the stream.
		 * @return the stream, not yet subscribed
		 */
		public EventStream build() {
			return new EventStream(this);
		}

	}

}
