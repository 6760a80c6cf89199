package io.eventsource.web;

/**
 * The limits on connections, and how a connection over the limit is refused.
 *
 * @param maxConnections connections in all; 0 for any number
 * @param maxConnectionsPerClient connections of one user, or of one address if there is
 * no user; 0 for any number
 * @param rejection how a client is refused
 */
public record ConnectionLimits(int maxConnections, int maxConnectionsPerClient, Rejection rejection) {

	/** No limits, and soft responses. */
	public static final ConnectionLimits NONE = new ConnectionLimits(0, 0, Rejection.SOFT);

	/**
	 * Checks the limits.
	 * @throws IllegalArgumentException if a limit is negative; the message starts with
	 * the name of the property
	 */
	public ConnectionLimits {
		require("max-connections", maxConnections);
		require("max-connections-per-client", maxConnectionsPerClient);
	}

	private static void require(String property, int limit) {
		if (limit < 0) {
			throw new IllegalArgumentException(property + " must not be negative; use 0 for no limit; got " + limit);
		}
	}

	/**
	 * How to refuse a client that may come back later.
	 */
	public enum Rejection {

		/**
		 * With status 200, a reconnection time and the end, since a browser gives up for
		 * good on any other status.
		 */
		SOFT,

		/** With status 503 and {@code Retry-After}. */
		STATUS

	}

}
