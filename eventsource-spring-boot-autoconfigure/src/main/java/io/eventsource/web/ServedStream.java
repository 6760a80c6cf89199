package io.eventsource.web;

import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.StreamSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * What a client is connected to: a stream that all clients share, or one made for it.
 */
interface ServedStream {

	String name();

	/**
	 * What a client is sent before anything else.
	 */
	byte[] preamble();

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
	 * Ends all connections, since the server shuts down.
	 */
	void close();

	StreamSnapshot snapshot();

}
