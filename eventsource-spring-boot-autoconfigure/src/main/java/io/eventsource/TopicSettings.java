package io.eventsource;

import java.time.Duration;

/**
 * Settings of the topics of one family. Immutable.
 *
 * @param linger how long a topic is kept after its last client, event or end
 * @param max how many topics there may be
 * @param memory how many bytes the events of all topics may take
 * @param unknown how a client is treated that asks for a topic which there is not
 * @param perConnection how many topics a connection may watch
 */
public record TopicSettings(Duration linger, int max, long memory, UnknownTopics unknown, int perConnection) {

	/** What applies where nothing is configured. */
	public static final TopicSettings DEFAULTS = new TopicSettings(Duration.ofMinutes(5), 10_000, 64 * 1024 * 1024,
			UnknownTopics.ACCEPT, 1);

	/** More than anybody needs, so that one request does not make too much of work. */
	private static final int MOST_PER_CONNECTION = 1024;

	/**
	 * Creates the settings of topics that a connection watches one at a time of.
	 */
	public TopicSettings(Duration linger, int max, long memory, UnknownTopics unknown) {
		this(linger, max, memory, unknown, 1);
	}

	/**
	 * Checks the settings.
	 * @throws IllegalArgumentException if a value is out of its range; the message starts
	 * with the name of the property
	 */
	public TopicSettings {
		SettingCheck.requireNotNegative("linger", linger, "");
		SettingCheck.require(max > 0, "max-topics", "must be at least 1", max);
		SettingCheck.require(memory > 0, "topics-memory", "must be at least 1 byte", memory);
		SettingCheck.require(perConnection > 0 && perConnection <= MOST_PER_CONNECTION, "topics-per-connection",
				"must be 1 to " + MOST_PER_CONNECTION, perConnection);
	}

}
