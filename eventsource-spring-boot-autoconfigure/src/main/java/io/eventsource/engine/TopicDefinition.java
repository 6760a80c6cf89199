package io.eventsource.engine;

import io.eventsource.TopicSettings;
import io.eventsource.TopicSource;
import io.eventsource.engine.runtime.Dispatcher;

/**
 * Describes the topics of a family.
 *
 * @param source what is published to them, or what creates their publishers
 * @param settings how many there may be, and for how long they are kept
 * @param dispatcher the threads that serve them
 */
public record TopicDefinition(TopicSource source, TopicSettings settings, Dispatcher dispatcher) {

	/**
	 * Checks what goes together.
	 * @throws IllegalStateException if a connection may have several topics whose order
	 * no instance knows
	 */
	public TopicDefinition {
		if (source.isShared() && settings.perConnection() > 1) {
			throw new IllegalStateException(
					"topics-per-connection must be 1 for topics that instances share; got " + settings.perConnection());
		}
	}

}
