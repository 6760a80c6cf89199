package io.eventsource;

/**
 * Why a connection ended.
 */
public enum CloseReason {

	/** The client went away, or the network failed. */
	DISCONNECTED,

	/**
	 * The publisher completed or the stream was stopped, and everything was delivered.
	 */
	COMPLETED,

	/**
	 * The client's own publisher failed, and everything before that was delivered; or the
	 * client could not be served, because a filter was stuck, memory ran out, or what it
	 * has missed could not be read at the moment.
	 */
	FAILED,

	/**
	 * The client fell further behind than the log reaches, or took no more in the middle
	 * of a large event or of its history while the memory was needed.
	 */
	OVERFLOW,

	/** The client took nothing for longer than the write timeout. */
	WRITE_TIMEOUT,

	/** The connection reached its maximum age. */
	LIFETIME,

	/** The connection reached the time at which the application wanted it to end. */
	EXPIRED,

	/** The application has ended the connection. */
	REVOKED,

	/** The server is shutting down. */
	SHUTDOWN

}
