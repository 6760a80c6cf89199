package io.eventsource;

/**
 * Why a connection ended.
 */
public enum CloseReason {

	/** The client went away, or the network did. */
	DISCONNECTED,

	/** The publisher completed or the stream was stopped, and all of it was delivered. */
	COMPLETED,

	/**
	 * The publisher of this client alone failed, and all before that was delivered; or
	 * the client could not be served, since a filter stood still, or there was no memory.
	 */
	FAILED,

	/**
	 * The client fell further behind than the log reaches, or stood still in the midst of
	 * a large event, or of its history, while the memory for that was needed.
	 */
	OVERFLOW,

	/** The client took nothing for longer than the write timeout. */
	WRITE_TIMEOUT,

	/** The connection was as old as connections may become. */
	LIFETIME,

	/** The time had come at which the application wanted the connection to end. */
	EXPIRED,

	/** The application has ended the connection. */
	REVOKED,

	/** The server is shutting down. */
	SHUTDOWN

}
