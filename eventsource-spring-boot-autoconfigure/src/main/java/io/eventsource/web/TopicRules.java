package io.eventsource.web;

import io.eventsource.TopicSettings;

/**
 * How the topics of a stream are kept, and which one a client gets.
 *
 * @param settings how many topics there may be, and for how long they are kept
 * @param byPrincipal whether the topic of a client is the name of its user; otherwise the
 * request names it
 */
public record TopicRules(TopicSettings settings, boolean byPrincipal) {

	/** The variable of a path that stands for the topic. */
	public static final String VARIABLE = "topic";

}
