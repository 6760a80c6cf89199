package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.eventsource.Callee;
import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.delivery.Delivery;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.Worker;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * One running stream over one publisher: admits clients, and ends. The publisher is
 * subscribed to when the first client has its place. Thread-safe; no method blocks.
 */
public final class EventStream {

	private final StreamContext context;

	private final @Nullable Consumer<EventStream> onEnd;

	private final Runnable onIdle;

	private final ClientCount count;

	private final PersonalClient client;

	private final StreamPipeline pipeline;

	private final Worker worker;

	/** Made for the first of them, since most streams have none. */
	private @Nullable StreamFollowers followers;

	EventStream(EventStreamBuilder builder) {
		this.context = builder.context();
		this.onEnd = builder.onEnd;
		this.onIdle = builder.onIdle;
		this.count = new ClientCount(builder.name, builder.dispatcher);
		this.client = new PersonalClient(this.context, builder.dispatcher.earlyFailures());
		this.pipeline = new StreamPipeline(builder, this.context, this.count, this.client, this::departed);
		this.worker = builder.dispatcher.worker(0);
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
		if (!this.count.wasClosed()) {
			this.count.beginIdleTime();
			this.pipeline.start();
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
		EventConnection connection = this.count.admit(() -> this.pipeline.clients().admit(client, sink));
		if (this.context.personal()) {
			this.client.serve(client, sink, this.pipeline.isBuffering());
		}
		try {
			this.context.supervisor().tell((listener) -> listener.clientOpened(client));
			start();
			if (this.count.wasClosed()) {
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

	private void departed(EventClient client, CloseReason reason) {
		this.count.remove();
		if (this.onEnd != null) {
			close();
			this.context.calls().end();
			this.onEnd.accept(this);
		}
		else if (this.count.isEmpty()) {
			this.onIdle.run();
		}
		// Last, since listeners may take their time
		this.context.supervisor().debug(() -> "Closed " + client + ": " + reason);
		this.context.supervisor().tell((listener) -> listener.clientClosed(client, reason));
	}

	/**
	 * Tells whether a client has nothing more to expect: the stream has ended, and the
	 * client has all of it.
	 * @param lastEventId the id of the last event that the client has, or {@code null}
	 * @return whether the client need not come back
	 */
	public boolean isOver(@Nullable String lastEventId) {
		return delivery().placement().isOver(lastEventId);
	}

	/**
	 * Takes the events of another publisher into the stream as well, which is not
	 * subscribed to again when it has failed.
	 * @param publisher the publisher
	 * @param onEnd called when the publisher has completed, or when it has failed and
	 * clients have been told
	 * @return cancels the subscription
	 */
	Runnable run(Publisher<?> publisher, Runnable onEnd) {
		return this.pipeline.run(publisher, onEnd);
	}

	/** Whether the log has all that was published. */
	boolean isSettled() {
		return this.pipeline.isSettled();
	}

	/** Whether there are clients. */
	boolean hasClients() {
		return !this.count.isEmpty();
	}

	/**
	 * Ends the stream: the publisher is cancelled, and clients get what the log has for
	 * them and then the end of the response, now and whenever they come back.
	 */
	public void stop() {
		this.pipeline.end();
	}

	/**
	 * Sends all clients away, each at a moment of its own within the given time, with the
	 * reconnection time that it is to wait; new ones are refused. To be followed by
	 * {@link #close}.
	 * @param time the time
	 */
	public void drain(Duration time) {
		this.count.drain();
		this.pipeline.clients().drain(time.toNanos());
	}

	/**
	 * Cancels the subscription to the publisher and ends all connections, since the
	 * server shuts down.
	 */
	public void close() {
		this.count.close();
		this.pipeline.close();
	}

	/**
	 * Ends the connections of some clients at once, also of idle ones.
	 * @param condition which clients
	 * @return how many they were, as soon as the workers have looked
	 */
	public CompletableFuture<Integer> disconnect(Predicate<EventClient> condition) {
		return this.pipeline.clients().disconnect(condition, CloseReason.REVOKED);
	}

	/**
	 * Describes the clients as they are now.
	 * @return the clients, as soon as the workers have looked
	 */
	public CompletableFuture<List<ClientSnapshot>> clients() {
		return this.pipeline.clients().clients();
	}

	/**
	 * Describes the stream as it is now.
	 * @return the snapshot
	 */
	public StreamSnapshot snapshot() {
		return this.pipeline.snapshot();
	}

	public EventLog log() {
		return this.pipeline.log();
	}

	/** Those who take its events together with others. */
	synchronized StreamFollowers followers() {
		if (this.followers == null) {
			this.followers = new StreamFollowers(log().followers(), this.count, this.worker, this.pipeline::replenish,
					this.onIdle);
		}
		return this.followers;
	}

	/** What its connections share. */
	Delivery delivery() {
		return this.pipeline.delivery();
	}

	/**
	 * The position that no event needed by a client that could take it is behind.
	 */
	public long floor() {
		return this.pipeline.clients().floor();
	}

}
