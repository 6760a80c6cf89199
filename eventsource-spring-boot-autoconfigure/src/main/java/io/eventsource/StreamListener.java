package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * Observes streams. All methods do nothing by default. They are called on the engine's
 * threads and must not block; what they throw is logged and has no other effect. There is
 * no context of a request on these threads: what is known about a client is in the
 * {@link EventClient}.
 */
public interface StreamListener {

	/**
	 * Called when a client has been given its place in the stream.
	 * @param client the client
	 */
	default void clientOpened(EventClient client) {
	}

	/**
	 * Called once for each opened client, when it has gone or was sent away.
	 * @param client the client
	 * @param reason why its connection ended
	 */
	default void clientClosed(EventClient client, CloseReason reason) {
	}

	/**
	 * Called when a client was not let in.
	 * @param stream the name of the stream
	 * @param reason why it was not
	 */
	default void clientRefused(String stream, RefusalReason reason) {
	}

	/**
	 * Called when a client cannot be given events, which it is told by a gap event.
	 * @param client the client
	 * @param cause why it cannot be given them
	 * @param missed how many they are, or {@code null} where that is not known
	 */
	default void eventsMissed(EventClient client, GapCause cause, @Nullable Long missed) {
	}

	/**
	 * Called when an event was left out because it could not be encoded or was too large.
	 * @param stream the name of the stream
	 * @param element the event, or what could not be made one
	 * @param cause what is wrong with it
	 */
	default void eventRejected(String stream, Object element, Throwable cause) {
	}

	/**
	 * Called when a filter has failed, so that a client is not shown an event.
	 * @param client the client
	 * @param event the event
	 * @param cause the failure
	 */
	default void filterFailed(EventClient client, Event event, Throwable cause) {
	}

	/**
	 * Called when a worker has sent new events to its clients, all that could take them.
	 * @param stream the name of the stream
	 * @param nanos how long ago the oldest of these events was published, in nanoseconds
	 */
	default void eventsFlushed(String stream, long nanos) {
	}

	/**
	 * Called when the publisher of a stream has failed.
	 * @param stream the name of the stream
	 * @param cause the failure
	 */
	default void publisherFailed(String stream, Throwable cause) {
	}

	/**
	 * Called when code that the engine calls has failed, or the engine itself; what the
	 * engine does then depends on what it was. A failing filter, event or publisher is
	 * told by a method of its own, too. What this method throws is logged and not told
	 * again.
	 * @param stream the name of the stream
	 * @param callee what has failed
	 * @param cause the failure
	 */
	default void callFailed(String stream, Callee callee, Throwable cause) {
	}

}
