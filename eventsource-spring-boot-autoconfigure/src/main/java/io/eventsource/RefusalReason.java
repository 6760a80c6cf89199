package io.eventsource;

/**
 * Why a client was not let in.
 */
public enum RefusalReason {

	/** There are as many connections as there may be. */
	MAX_CONNECTIONS,

	/** The client has as many connections as it may have. */
	MAX_CONNECTIONS_PER_CLIENT,

	/** The server is shutting down. */
	SHUTDOWN

}
