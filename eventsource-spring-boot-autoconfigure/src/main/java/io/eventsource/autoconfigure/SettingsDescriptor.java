package io.eventsource.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import io.eventsource.BufferSettings;
import io.eventsource.ConnectionSettings;
import io.eventsource.PublisherSettings;
import io.eventsource.ReplaySettings;
import io.eventsource.StreamSettings;
import io.eventsource.web.TopicRules;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a stream as the actuator shows them: flat, like the properties.
 */
final class SettingsDescriptor {

	private SettingsDescriptor() {
	}

	static Map<String, Object> of(StreamSettings settings, @Nullable TopicRules topics) {
		Map<String, Object> values = new LinkedHashMap<>();
		connection(settings.connection(), values);
		buffer(settings.buffer(), values);
		replay(settings.replay(), values);
		publisher(settings.publisher(), values);
		if (topics != null) {
			topics(topics, values);
		}
		return values;
	}

	private static void connection(ConnectionSettings settings, Map<String, Object> values) {
		values.put("retry", settings.retry());
		values.put("heartbeat", settings.heartbeat().interval());
		values.put("heartbeatEvent", settings.heartbeat().event());
		values.put("writeTimeout", settings.writeTimeout());
		values.put("maxLifetime", settings.maxLifetime());
		values.put("flushInterval", settings.flushInterval());
		values.put("responseDelay", settings.responseDelay());
	}

	private static void buffer(BufferSettings settings, Map<String, Object> values) {
		values.put("bufferSize", settings.size());
		values.put("bufferMemory", settings.memory());
		values.put("maxEventSize", settings.maxEventSize());
		values.put("overflow", settings.overflow());
	}

	private static void replay(ReplaySettings settings, Map<String, Object> values) {
		values.put("initialReplay", settings.initial());
		values.put("historyMaxEvents", settings.historyMaxEvents());
		values.put("gapEvent", settings.gapEvent());
	}

	private static void publisher(PublisherSettings settings, Map<String, Object> values) {
		if (settings.linger() != null) {
			values.put("linger", settings.linger());
		}
		values.put("restartMinDelay", settings.restartMinDelay());
		values.put("restartMaxDelay", settings.restartMaxDelay());
	}

	/** That of a topic is the time for which it is kept. */
	private static void topics(TopicRules topics, Map<String, Object> values) {
		values.put("topic", topics.byPrincipal() ? "principal" : "path");
		values.put("unknownTopics", topics.settings().unknown());
		values.put("linger", topics.settings().linger());
		values.put("maxTopics", topics.settings().max());
		values.put("topicsPerConnection", topics.settings().perConnection());
		values.put("topicsMemory", topics.settings().memory());
	}

}
