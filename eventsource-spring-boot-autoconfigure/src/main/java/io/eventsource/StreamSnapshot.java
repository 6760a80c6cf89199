package io.eventsource;

/**
 * A stream as it was at one moment.
 *
 * @param name the name of the stream
 * @param state what it was doing
 * @param clients how many connections it had
 * @param published how many events its publisher had given it
 */
public record StreamSnapshot(String name, State state, int clients, long published) {

	/**
	 * What a stream can be doing.
	 */
	public enum State {

		/** Nobody has come yet, and the publisher is not subscribed to. */
		WAITING,

		/** The publisher is subscribed to. */
		LIVE,

		/** The publisher has failed and is about to be subscribed to again. */
		RESTARTING,

		/** The publisher has completed, or the stream was stopped. */
		COMPLETED,

		/** The server is shutting down. */
		CLOSED

	}

}
