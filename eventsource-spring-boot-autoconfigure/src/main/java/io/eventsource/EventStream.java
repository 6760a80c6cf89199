package io.eventsource;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

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

	/**
	 * How long the socket of a client may be full, in all, before the publisher no longer
	 * waits for it: a client that reads as fast as it can is not to lose a burst.
	 */
	private static final long GRACE = 1_000_000_000;

	private final String name;

	private final StreamSettings settings;

	private final StreamListener listener;

	private final Dispatcher dispatcher;

	private final boolean personal;

	private final EventLog log;

	private final Intake intake;

	private final AtomicReferenceArray<@Nullable ClientGroup> groups;

	private final AtomicInteger clients = new AtomicInteger();

	private final Runnable tick = this::tick;

	private volatile boolean closed;

	private EventStream(Builder builder) {
		this.name = builder.name;
		this.settings = builder.settings;
		this.listener = builder.listener;
		this.dispatcher = builder.dispatcher;
		this.personal = builder.personal;
		this.log = new EventLog(this.settings.bufferSize(), this.settings.bufferMemory());
		this.intake = new Intake(this, builder.publisher,
				new FrameEncoder(builder.dataWriter, this.settings.maxEventSize()), this.log, this.dispatcher);
		this.groups = new AtomicReferenceArray<>(this.dispatcher.threads());
	}

	/**
	 * Starts the description of a stream.
	 * @param name the name, for messages
	 * @param publisher where the events come from
	 * @param dispatcher the threads that serve the stream
	 * @return a new builder
	 */
	public static Builder builder(String name, Publisher<? extends Event> publisher, Dispatcher dispatcher) {
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
		if (this.closed || this.dispatcher.isClosed()) {
			throw new IllegalStateException("Stream '" + this.name + "' is closed");
		}
		this.clients.incrementAndGet();
		ClientCursor cursor = group(this.dispatcher.nextWorker()).admit(client, sink, this.log);
		tell((listener) -> listener.clientOpened(client));
		start();
		if (this.closed) {
			forEachGroup((group) -> group.close(CloseReason.SHUTDOWN));
		}
		return cursor;
	}

	private synchronized ClientGroup group(int index) {
		ClientGroup group = this.groups.get(index);
		if (group == null) {
			Dispatcher.Worker worker = this.dispatcher.worker(index);
			group = new ClientGroup(this, worker, this.dispatcher.clock());
			this.groups.set(index, group);
			worker.startTicking(group.ticker());
		}
		return group;
	}

	/**
	 * Tells whether a client has nothing more to expect: the stream has ended, and the
	 * client has all of it.
	 * @param lastEventId the id of the last event that the client has, or {@code null}
	 * @return whether the client need not come back
	 */
	public boolean isOver(@Nullable String lastEventId) {
		return this.log.hasEnded() && this.log.start(lastEventId).position() == this.log.tail();
	}

	/**
	 * Returns what is sent to a client before anything else: the reconnection time.
	 * @return the bytes
	 */
	public byte[] preamble() {
		return preamble(this.settings);
	}

	/**
	 * Returns what a client is sent that cannot be served now: the time after which it
	 * comes back.
	 * @param settings the settings of the stream
	 * @return the bytes
	 */
	public static byte[] preamble(StreamSettings settings) {
		return FrameEncoder.retry(settings.retry());
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
	 * Lets the publisher go and ends all connections, since the server shuts down.
	 */
	public void close() {
		this.closed = true;
		this.intake.stop();
		this.dispatcher.worker(0).stopTicking(this.tick);
		forEachGroup((group) -> group.close(CloseReason.SHUTDOWN));
	}

	/**
	 * Describes the stream as it is now.
	 * @return the snapshot
	 */
	public StreamSnapshot snapshot() {
		return new StreamSnapshot(this.name, state(), this.clients.get(), this.log.tail());
	}

	private StreamSnapshot.State state() {
		if (this.closed) {
			return StreamSnapshot.State.CLOSED;
		}
		if (this.log.hasEnded()) {
			return StreamSnapshot.State.COMPLETED;
		}
		if (this.intake.isSubscribed()) {
			return StreamSnapshot.State.LIVE;
		}
		return this.intake.isFailing() ? StreamSnapshot.State.RESTARTING : StreamSnapshot.State.WAITING;
	}

	/**
	 * Whether the stream serves one client alone, whose pace is then the publisher's.
	 */
	boolean isPersonal() {
		return this.personal;
	}

	long grace() {
		return this.personal ? Long.MAX_VALUE : GRACE;
	}

	/**
	 * The position that no event needed by a client that could take it is behind.
	 */
	long floor() {
		long lowest = Long.MAX_VALUE;
		for (int i = 0; i < this.groups.length(); i++) {
			ClientGroup group = this.groups.get(i);
			if (group != null) {
				lowest = Math.min(lowest, group.floor());
			}
		}
		return lowest;
	}

	void appended() {
		forEachGroup(ClientGroup::signal);
	}

	void progressed() {
		this.intake.replenish(false);
	}

	void rejected(Event event, IllegalArgumentException cause) {
		logger.warn("Stream '" + this.name + "' leaves out an event: " + cause.getMessage(), cause.getCause());
		tell((listener) -> listener.eventRejected(this.name, event, cause));
	}

	void failed(Throwable cause) {
		tell((listener) -> listener.publisherFailed(this.name, cause));
		if (this.personal) {
			forEachGroup((group) -> group.close(CloseReason.FAILED));
		}
	}

	void closed(EventClient client, CloseReason reason) {
		this.clients.decrementAndGet();
		if (logger.isDebugEnabled()) {
			logger.debug("Closed " + client + ": " + reason);
		}
		tell((listener) -> listener.clientClosed(client, reason));
		if (this.personal) {
			close();
		}
	}

	private void tick() {
		this.intake.tick(this.dispatcher.clock().getAsLong());
	}

	private void forEachGroup(Consumer<ClientGroup> action) {
		for (int i = 0; i < this.groups.length(); i++) {
			ClientGroup group = this.groups.get(i);
			if (group != null) {
				action.accept(group);
			}
		}
	}

	private void tell(Consumer<StreamListener> signal) {
		try {
			signal.accept(this.listener);
		}
		catch (RuntimeException ex) {
			logger.warn("A stream listener failed", ex);
		}
	}

	/**
	 * Describes a stream to be built. Not thread-safe.
	 */
	public static final class Builder {

		private final String name;

		private final Publisher<? extends Event> publisher;

		private final Dispatcher dispatcher;

		private StreamSettings settings = StreamSettings.defaults();

		private DataWriter dataWriter = (data) -> {
			throw new IllegalStateException("there is no DataWriter for " + data.getClass().getName()
					+ "; publish text, or supply a DataWriter");
		};

		private StreamListener listener = new StreamListener() {
		};

		private boolean personal;

		private Builder(String name, Publisher<? extends Event> publisher, Dispatcher dispatcher) {
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
		 * Makes the stream serve one client alone: the publisher is asked for no more
		 * than the client reads, is let go when the client leaves, and its failure ends
		 * the connection.
		 * @return this builder
		 */
		public Builder personal() {
			this.personal = true;
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
