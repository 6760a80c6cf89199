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
	 * Called when a client has been given its position in the stream.
	 * @param client the client
	 */
	default void clientOpened(EventClient client) {
	}

	/**
	 * Called once for each client that was opened, when its connection has ended.
	 * @param client the client
	 * @param reason why its connection ended
	 */
	default void clientClosed(EventClient client, CloseReason reason) {
	}

	/**
	 * Called when a client was refused.
	 * @param stream the name of the stream
	 * @param reason why it was refused
	 */
	default void clientRefused(String stream, RefusalReason reason) {
	}

	/**
	 * Called when a client misses events, about which a gap event tells it.
	 * @param client the client
	 * @param cause why it misses them
	 * @param missed the number of events, or {@code null} if it is unknown
	 */
	default void eventsMissed(EventClient client, GapCause cause, @Nullable Long missed) {
	}

	/**
	 * Called when an event is left out because it cannot be encoded or is too large.
	 * @param stream the name of the stream
	 * @param element the event, or the element that cannot be mapped to one
	 * @param cause what is wrong with it
	 */
	default void eventRejected(String stream, Object element, Throwable cause) {
	}

	/**
	 * Called when a filter has failed, so that a client does not see an event.
	 * @param client the client
	 * @param event the event
	 * @param cause the failure
	 */
	default void filterFailed(EventClient client, Event event, Throwable cause) {
	}

	/**
	 * Called when a worker has sent new events to all of its clients that could take
	 * them.
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
	 * Called when code that the engine calls, or the engine itself, has failed. The
	 * consequences depend on what has failed. For filters, events and publishers a method
	 * of their own is called, too. What this method throws is logged and not reported
	 * again.
	 * @param stream the name of the stream
	 * @param callee what has failed
	 * @param cause the failure
	 */
	default void callFailed(String stream, Callee callee, Throwable cause) {
	}

}
