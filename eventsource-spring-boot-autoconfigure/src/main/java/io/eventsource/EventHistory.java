package io.eventsource;

import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Reads events from the application's own store, for clients that come back when the log
 * of a stream no longer has what they missed. Declare a bean of this type for all
 * streams, or for one that you name in a {@code @Qualifier}.
 * <p>
 * The events must have the ids with which they were published. An event must be in the
 * store before it is published; otherwise a client may miss it between the history and
 * the live events.
 */
@FunctionalInterface
public interface EventHistory {

	/**
	 * Returns the events after the one with the given id, oldest first. Called on a
	 * thread of its own, which may block, and concurrently for different clients. The
	 * result is read as fast as the client takes it, up to the first event that is in the
	 * log, and is then closed. The method may be called again for the same client, with
	 * the id of the last event that was sent to it.
	 * @param lastEventId an id, as sent by the client and not to be trusted
	 * @param client the client and the stream that it asks for
	 * @param limit the maximum number of events that will be read
	 * @return the events, which may be empty; {@code null} if the id is unknown
	 * @throws HistoryUnavailableException if the events cannot be read at the moment, and
	 * the client is to come back for them
	 * @throws Exception if the events cannot be read; the client is then told that it
	 * misses some
	 */
	@Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) throws Exception;

	/**
	 * Tells whether the ids say nothing about the events, such as consecutive numbers.
	 * The id of an event may then be given to a client that must not see the event, as
	 * its position, so that it is not told about a gap when it comes back late.
	 * @return whether the ids may be seen by any client; {@code false} by default
	 */
	default boolean hasOpaqueIds() {
		return false;
	}

	/**
	 * Tells whether one event came before another one, as far as the ids tell. A client
	 * that cannot be given all it has missed is not given again what came before the last
	 * event that it has.
	 * @param id the id of an event of this stream
	 * @param other an id, as sent by a client and not to be trusted
	 * @return whether it did; {@code false} if that is not known
	 */
	default boolean precedes(String id, String other) {
		return false;
	}

}
