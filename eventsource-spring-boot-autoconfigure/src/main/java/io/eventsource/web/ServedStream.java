package io.eventsource.web;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

import io.eventsource.ClientSnapshot;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * What a client is connected to: a stream that all clients share, or one made for it.
 */
interface ServedStream {

	String name();

	StreamSettings settings();

	/**
	 * Whether each client has a publisher of its own.
	 */
	boolean isPersonal();

	/**
	 * Whether a client that has the event of the given id has nothing more to expect.
	 */
	boolean isOver(@Nullable String lastEventId);

	/**
	 * Gives a client its place.
	 * @throws IllegalStateException if the stream was closed
	 */
	EventConnection connect(EventClient client, EventSink sink);

	/**
	 * Ends the stream for clients of now and of later.
	 */
	void stop();

	/**
	 * Sends all clients away, one after the other within a time.
	 */
	void drain(Duration time);

	/**
	 * Ends all connections, since the server shuts down.
	 */
	void close();

	StreamSnapshot snapshot();

	CompletableFuture<List<ClientSnapshot>> clients();

	CompletableFuture<Integer> disconnect(Predicate<EventClient> condition);

}
