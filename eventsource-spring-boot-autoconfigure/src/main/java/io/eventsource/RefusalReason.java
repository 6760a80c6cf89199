package io.eventsource;

/**
 * Why a client was not let in.
 */
public enum RefusalReason {

	/** There are as many connections as there may be. */
	MAX_CONNECTIONS,

	/** The client has as many connections as it may have. */
	MAX_CONNECTIONS_PER_CLIENT,

	/** The application wants to know first who the client is. */
	UNAUTHORIZED,

	/** The application does not let the client in. */
	FORBIDDEN,

	/** The application cannot serve the client now. */
	UNAVAILABLE,

	/** The time at which the connection was to end had come before it was opened. */
	EXPIRED,

	/**
	 * The application has ended the connection, or the session in which it was asked for
	 * has ended, before it was opened.
	 */
	REVOKED,

	/** The server is shutting down. */
	SHUTDOWN

}
