package io.eventsource;

/**
 * The state of a stream at one moment.
 *
 * @param name the name of the stream
 * @param state what it was doing
 * @param clients the number of connections
 * @param published the number of events that its publisher had emitted
 * @param delivered the number of events that had been sent, counted for each client
 * @param bytes the number of bytes that had been sent
 * @param skipped the number of events that had not been sent to connected clients because
 * they were superseded by newer ones or the clients lagged behind
 * @param filtered the number of events that had not been sent because clients may not see
 * them or have not asked for them
 * @param replayed the number of delivered events that were older than the connection
 * @param greatestLag the number of events that had yet to be sent to the slowest client
 * @param restarts how often the publisher was subscribed to again after a failure
 */
public record StreamSnapshot(String name, State state, int clients, long published, long delivered, long bytes,
		long skipped, long filtered, long replayed, long greatestLag, long restarts) {

	/**
	 * What a stream is doing.
	 */
	public enum State {

		/** The publisher is not subscribed to, because there has been no client yet. */
		WAITING,

		/** The publisher is subscribed to. */
		LIVE,

		/**
		 * The publisher has failed and is about to be subscribed to again, or the store
		 * that a channel shares with other instances cannot be reached.
		 */
		RESTARTING,

		/** The publisher has completed, or the stream was stopped. */
		COMPLETED,

		/** The server is shutting down. */
		CLOSED

	}

}
