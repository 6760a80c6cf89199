package io.eventsource.engine;

import java.util.List;

import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.RefusalReason;
import io.eventsource.StreamSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Knows which of the streams of a family a client is for. Thread-safe.
 */
interface StreamSelector {

	/**
	 * Tells whether a client has nothing more to expect.
	 */
	boolean isOver(EventClient client);

	/**
	 * Tells why there is no stream for a client.
	 * @return the reason, or {@code null} if there is one
	 */
	default @Nullable RefusalReason refusal(EventClient client) {
		return null;
	}

	/**
	 * Connects a client to its stream.
	 * @throws IllegalStateException if the stream was closed
	 */
	EventConnection connect(EventClient client, EventSink sink);

	/**
	 * The streams as one client asks for several topics of them.
	 * @param asked the client as it was let in to each topic
	 * @throws IllegalStateException if they have no topics
	 */
	default StreamSelector several(List<EventClient> asked) {
		throw new IllegalStateException("There are no topics");
	}

	/**
	 * Whether each client has a stream of its own.
	 */
	default boolean isPersonal() {
		return false;
	}

	/**
	 * Ends a topic for its clients of now and of later, if there is such a topic.
	 */
	default void complete(String topic) {
	}

	/**
	 * Describes the only stream.
	 * @return the snapshot; {@code null} if there may be several
	 */
	default @Nullable StreamSnapshot snapshot() {
		return null;
	}

	/**
	 * Adds up what all streams have counted that there are and were.
	 * @return the sum; {@code null} if they are to be asked one by one
	 */
	default @Nullable StreamSnapshot sum() {
		return null;
	}

	/**
	 * Describes the topics.
	 * @return the description; {@code null} unless they have topics
	 */
	default @Nullable TopicOverview topics() {
		return null;
	}

	/**
	 * Takes note that the streams end, for the clients of now and of later.
	 */
	default void stop() {
	}

	/**
	 * Takes note that no stream is needed any more.
	 */
	default void close() {
	}

}
