package io.eventsource.autoconfigure;

import java.time.Duration;

import io.eventsource.TopicSettings;
import io.eventsource.autoconfigure.StreamProperties.TopicMode;
import io.eventsource.web.TopicRules;
import org.jspecify.annotations.Nullable;

/**
 * Derives the rules of the topics of a stream from its properties.
 */
final class TopicDefinitions {

	private static final TopicSettings DEFAULTS = TopicSettings.DEFAULTS;

	private TopicDefinitions() {
	}

	/**
	 * The rules of a stream that has topics.
	 * @param stream the properties of the stream
	 * @param linger how long streams without clients are kept, if that is set
	 * @throws IllegalArgumentException if a value is out of its range; the message starts
	 * with the name of the property
	 */
	static TopicRules of(StreamProperties stream, @Nullable Duration linger) {
		TopicSettings settings = new TopicSettings((linger != null) ? linger : DEFAULTS.linger(),
				(stream.maxTopics() != null) ? stream.maxTopics() : DEFAULTS.max(),
				(stream.topicsMemory() != null) ? stream.topicsMemory().toBytes() : DEFAULTS.memory(),
				(stream.unknownTopics() != null) ? stream.unknownTopics() : DEFAULTS.unknown(),
				(stream.topicsPerConnection() != null) ? stream.topicsPerConnection() : DEFAULTS.perConnection());
		return new TopicRules(settings, stream.topic() == TopicMode.PRINCIPAL);
	}

}
