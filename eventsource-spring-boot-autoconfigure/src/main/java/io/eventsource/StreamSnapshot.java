package io.eventsource;

/**
 * A stream as it was at one moment.
 *
 * @param name the name of the stream
 * @param state what it was doing
 * @param clients how many connections it had
 * @param published how many events its publisher had given it
 * @param delivered how many events its clients had been sent, in all
 * @param bytes how many bytes they had been sent, in all
 * @param skipped how many events they had not been sent although they were connected:
 * overtaken by newer ones, or lost to clients that lagged
 * @param filtered how many events clients had not been sent because they may not see
 * them, or have not asked for them
 * @param replayed how many of the events delivered were older than the connection
 * @param greatestLag how many events the slowest client had yet to be sent
 * @param restarts how often the publisher was subscribed to again after a failure
 */
public record StreamSnapshot(String name, State state, int clients, long published, long delivered, long bytes,
		long skipped, long filtered, long replayed, long greatestLag, long restarts) {

	/**
	 * What a stream can be doing.
	 */
	public enum State {

		/** Nobody has come yet, and the publisher is not subscribed to. */
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
