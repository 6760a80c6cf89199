package io.eventsource.autoconfigure;

/**
 * How many of the latest events a new client gets first, as it is configured: a number,
 * or {@code all} that the log has.
 */
final class InitialReplay {

	private static final String ALL = "all";

	private InitialReplay() {
	}

	/**
	 * Reads a value of the configuration.
	 * @param value the value
	 * @param bufferSize how many events the log has room for
	 * @return the number of events
	 * @throws IllegalArgumentException if it is neither a number nor {@code all}; the
	 * message starts with the name of the property
	 */
	static int events(String value, int bufferSize) {
		if (value.strip().equalsIgnoreCase(ALL)) {
			return bufferSize;
		}
		try {
			return Integer.parseInt(value.strip());
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException(
					"initial-replay must be a number of events, or 'all'; got '" + value + "'", ex);
		}
	}

}
