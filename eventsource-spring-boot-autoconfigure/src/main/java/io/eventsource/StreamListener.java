package io.eventsource;

/**
 * Observes streams. All methods do nothing by default. They are called on the engine's
 * threads and must not block; what they throw is logged and has no other effect.
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
	 * Called when an event was left out because it could not be encoded or was too large.
	 * @param stream the name of the stream
	 * @param event the event
	 * @param cause what is wrong with it
	 */
	default void eventRejected(String stream, Event event, Throwable cause) {
	}

	/**
	 * Called when the publisher of a stream has failed.
	 * @param stream the name of the stream
	 * @param cause the failure
	 */
	default void publisherFailed(String stream, Throwable cause) {
	}

}
