package io.eventsource.web;

import java.util.Map;

import io.eventsource.EventClient;
import io.eventsource.EventTopics;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.web.servlet.HandlerMapping;

/**
 * The topic that a request asks for.
 */
final class RequestTopic {

	private RequestTopic() {
	}

	/**
	 * Determines the topic of a request.
	 * @param definition the stream
	 * @param named the topic that a controller has named, if any
	 * @return the topic; {@code null} if the stream has no topics, or the user's name is
	 * to be the topic
	 * @throws IllegalStateException if nobody has named a topic
	 */
	static @Nullable String of(StreamDefinition definition, @Nullable String named, HttpServletRequest request) {
		TopicRules rules = definition.topics();
		if (named != null || rules == null || rules.byPrincipal()) {
			return named;
		}
		Object variables = request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
		Object variable = (variables instanceof Map<?, ?> map) ? map.get(TopicRules.VARIABLE) : null;
		if (variable == null) {
			throw new IllegalStateException("The stream '" + definition.name() + "' has topics, and the path of this "
					+ "request has no variable {" + TopicRules.VARIABLE + "}; call open(stream, topic, request, "
					+ "response) instead");
		}
		return variable.toString();
	}

	/**
	 * The topic of a client that was let in.
	 * @param named the topic that the request has named, if any
	 */
	static @Nullable String of(@Nullable TopicRules rules, @Nullable String named, EventClient client) {
		return (named == null && rules != null && rules.byPrincipal()) ? client.principalName() : named;
	}

	/**
	 * Whether a text from a request can be a topic.
	 */
	static boolean isTopic(@Nullable String text) {
		return text == null || EventTopics.isTopic(text);
	}

}
