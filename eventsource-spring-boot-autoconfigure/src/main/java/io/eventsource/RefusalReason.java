package io.eventsource;

/**
 * Why a client was refused.
 */
public enum RefusalReason {

	/** The maximum number of connections was reached. */
	MAX_CONNECTIONS,

	/** The client has reached its maximum number of connections. */
	MAX_CONNECTIONS_PER_CLIENT,

	/** The application requires authentication. */
	UNAUTHORIZED,

	/** The application denies access. */
	FORBIDDEN,

	/** The request asks for no topic, or for more than one connection may watch. */
	BAD_REQUEST,

	/** There is no such topic, or the application does not say whether there is. */
	NOT_FOUND,

	/** There are as many topics as there may be, and all of them have clients. */
	MAX_TOPICS,

	/** The application cannot serve the client at the moment. */
	UNAVAILABLE,

	/** The time at which the connection should end came before it was opened. */
	EXPIRED,

	/**
	 * The application ended the connection before it was opened, or the session in which
	 * it was requested ended before.
	 */
	REVOKED,

	/** The server is shutting down. */
	SHUTDOWN

}
