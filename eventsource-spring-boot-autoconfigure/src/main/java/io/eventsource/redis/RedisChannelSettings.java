package io.eventsource.redis;

import java.time.Duration;

/**
 * Settings of channels on Redis Streams.
 *
 * @param keyPrefix the prefix of the key of each channel's stream, which the name of the
 * channel follows
 * @param maxLength the minimum number of events that Redis keeps for each channel; at
 * least 1
 * @param retention the time for which Redis keeps the events of a channel that nobody
 * publishes to and no instance serves; at least a minute
 * @param topicRetention the time for which Redis keeps a topic that nobody publishes to
 * and that has no clients; at least a minute
 * @param timeout the time that a command may take; at least 100 milliseconds
 */
public record RedisChannelSettings(String keyPrefix, long maxLength, Duration retention, Duration topicRetention,
		Duration timeout) {

	private static final Duration LEAST_RETENTION = Duration.ofMinutes(1);

	private static final Duration LEAST_TIMEOUT = Duration.ofMillis(100);

	/**
	 * Makes settings.
	 * @throws IllegalArgumentException if one of them is out of range
	 */
	public RedisChannelSettings {
		if (maxLength < 1) {
			throw new IllegalArgumentException("max-length must be at least 1; got " + maxLength);
		}
		check("retention", retention);
		check("topic-retention", topicRetention);
		if (timeout.compareTo(LEAST_TIMEOUT) < 0 || timeout.compareTo(Duration.ofHours(1)) > 0) {
			throw new IllegalArgumentException("timeout must be between 100 ms and an hour; got " + timeout);
		}
	}

	private static void check(String name, Duration retention) {
		if (retention.compareTo(LEAST_RETENTION) < 0 || retention.compareTo(Duration.ofDays(36_500)) > 0) {
			throw new IllegalArgumentException(name + " must be between a minute and 100 years; got " + retention);
		}
	}

	/**
	 * The settings of topics, which differ in how long they are kept.
	 */
	RedisChannelSettings forTopics() {
		return new RedisChannelSettings(this.keyPrefix, this.maxLength, this.topicRetention, this.topicRetention,
				this.timeout);
	}

}
