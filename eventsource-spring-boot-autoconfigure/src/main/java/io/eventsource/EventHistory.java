package io.eventsource;

import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Events from the application's own store, for clients that come back after more than the
 * log of a stream reaches. Declare a bean of this type for all streams, or for one by
 * naming it in a {@code @Qualifier}.
 * <p>
 * The ids of the events must be those with which they are published. For nothing to be
 * missed between history and live events, an event must be in the store before it is
 * published.
 */
@FunctionalInterface
public interface EventHistory {

	/**
	 * Yields the events after the one with the given id, oldest first. Called on a thread
	 * of its own, which may block; by several such threads at once for different clients.
	 * What is returned is read as fast as the client takes it, up to where the log goes
	 * on, and closed afterwards. May be called again for the same client, with the id of
	 * the last event that it was given.
	 * @param lastEventId an id, as sent by the client and not to be trusted
	 * @param client the client that asks, and the stream that it asks for
	 * @param limit how many events will be read at most
	 * @return the events, which are none if nothing followed; {@code null} if the id is
	 * unknown
	 * @throws Exception if the events cannot be had now; the client is then told that it
	 * misses something
	 */
	@Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) throws Exception;

	/**
	 * Tells whether the ids say nothing about the events, like numbers that are drawn one
	 * after the other. A client that is not shown an event may then be given its id as
	 * its position, so that it is not told of a gap when it comes back later than the log
	 * of the stream reaches.
	 * @return whether the ids may be seen by any client; {@code false} by default
	 */
	default boolean hasOpaqueIds() {
		return false;
	}

}
