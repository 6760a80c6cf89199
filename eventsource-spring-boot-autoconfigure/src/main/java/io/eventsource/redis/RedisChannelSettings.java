package io.eventsource.redis;

import java.time.Duration;

/**
 * Settings of channels on Redis Streams.
 *
 * @param keyPrefix the prefix of the key of each channel's stream, which the name of the
 * channel follows
 * @param maxLength the minimum number of events that Redis keeps for each channel; at
 * least 1
 * @param timeout the time that a command may take; at least 100 milliseconds
 */
public record RedisChannelSettings(String keyPrefix, long maxLength, Duration timeout) {

	private static final Duration LEAST_TIMEOUT = Duration.ofMillis(100);

	/**
	 * Makes settings.
	 * @throws IllegalArgumentException if one of them is out of range
	 */
	public RedisChannelSettings {
		if (maxLength < 1) {
			throw new IllegalArgumentException("max-length must be at least 1; got " + maxLength);
		}
		if (timeout.compareTo(LEAST_TIMEOUT) < 0 || timeout.compareTo(Duration.ofHours(1)) > 0) {
			throw new IllegalArgumentException("timeout must be between 100 ms and an hour; got " + timeout);
		}
	}

}
