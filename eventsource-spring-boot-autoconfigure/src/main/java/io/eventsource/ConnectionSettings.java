package io.eventsource;

import java.time.Duration;

/**
 * How the connections of a stream are kept and when they end. Immutable.
 *
 * @param retry the reconnection time that clients are told, in whole milliseconds
 * @param heartbeat what is sent on idle connections
 * @param writeTimeout how long a client may take nothing before its connection is closed
 * @param maxLifetime the maximum age of a connection; each one lasts for 80 to 100 % of
 * it, at random; {@link Duration#ZERO} for no limit
 * @param flushInterval how long after a write further events may be held back in order to
 * be sent together; {@link Duration#ZERO} to send each event at once
 * @param responseDelay how long the response to a request other than {@code GET} may wait
 * for the first signal of its client's own publisher, so that an earlier failure can
 * still be answered as such; {@link Duration#ZERO} for no wait
 */
public record ConnectionSettings(Duration retry, HeartbeatSettings heartbeat, Duration writeTimeout,
		Duration maxLifetime, Duration flushInterval, Duration responseDelay) {

	/** With a longer interval, streams would no longer be live. */
	private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);

	/**
	 * Checks the settings.
	 * @throws IllegalArgumentException if a value is out of its range; the message starts
	 * with the name of the property
	 */
	public ConnectionSettings {
		SettingCheck.require(!retry.isNegative() && retry.getNano() % 1_000_000 == 0, "retry",
				"must not be negative and must be in whole milliseconds", retry);
		SettingCheck.requireCountable("retry", retry);
		SettingCheck.requirePositive("write-timeout", writeTimeout);
		SettingCheck.requireNotNegative("max-lifetime", maxLifetime, "; use 0 for none");
		SettingCheck.require(!flushInterval.isNegative() && flushInterval.compareTo(LONGEST_INTERVAL) <= 0,
				"flush-interval", "must be between 0 and " + LONGEST_INTERVAL, flushInterval);
		SettingCheck.requireNotNegative("response-delay", responseDelay, "; use 0 for none");
	}

}
