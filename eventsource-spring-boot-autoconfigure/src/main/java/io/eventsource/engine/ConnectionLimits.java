package io.eventsource.engine;

/**
 * The limits on connections.
 *
 * @param maxConnections connections in all; 0 for any number
 * @param maxConnectionsPerClient connections of one user, or of one address if there is
 * no user; 0 for any number
 */
public record ConnectionLimits(int maxConnections, int maxConnectionsPerClient) {

	/** No limits. */
	public static final ConnectionLimits NONE = new ConnectionLimits(0, 0);

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

}
