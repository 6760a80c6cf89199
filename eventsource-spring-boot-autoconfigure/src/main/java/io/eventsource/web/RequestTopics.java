package io.eventsource.web;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.eventsource.EventClient;
import io.eventsource.EventTopics;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.web.servlet.HandlerMapping;

/**
 * The topics that a request asks for.
 *
 * @param names the topics, each once; empty if the stream has none, or the user's name is
 * to be the topic
 * @param valid whether a connection may watch so many
 */
record RequestTopics(List<String> names, boolean valid) {

	/** Nobody has named a topic. */
	static final RequestTopics NONE = new RequestTopics(List.of(), true);

	/**
	 * Determines the topics of a request: that of its path, or those of its parameters.
	 * @param definition the stream
	 * @throws IllegalStateException if the path has no topic, and only one may be watched
	 */
	static RequestTopics of(StreamDefinition definition, HttpServletRequest request) {
		TopicRules rules = definition.topics();
		if (rules == null || rules.byPrincipal()) {
			return NONE;
		}
		Object variables = request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
		Object variable = (variables instanceof Map<?, ?> map) ? map.get(TopicRules.VARIABLE) : null;
		if (variable != null) {
			return of(variable.toString());
		}
		if (rules.settings().perConnection() == 1) {
			throw new IllegalStateException("The stream '" + definition.name() + "' has topics, and the path of this "
					+ "request has no variable {" + TopicRules.VARIABLE + "}; call open(stream, topic, request, "
					+ "response) instead");
		}
		return of(rules, Arrays.asList(ConnectionRequest.parameters(request, TopicRules.VARIABLE)));
	}

	/**
	 * The only topic of a request.
	 */
	static RequestTopics of(String topic) {
		return new RequestTopics(List.of(topic), true);
	}

	/**
	 * The topics of a request, each of which counts once.
	 */
	static RequestTopics of(TopicRules rules, Collection<String> topics) {
		int limit = rules.settings().perConnection();
		Set<String> names = new LinkedHashSet<>(topics);
		return new RequestTopics(List.copyOf(names), !names.isEmpty() && names.size() <= limit);
	}

	/**
	 * The only topic; {@code null} if there is none.
	 */
	@Nullable String single() {
		return this.names.isEmpty() ? null : this.names.get(0);
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
