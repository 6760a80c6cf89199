package io.eventsource;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * {@link EventTopics} as the engine sees them, which runs their streams.
 */
public interface TopicSource extends EventTopics {

	/**
	 * Adds a receiver of what is published, started and completed from now on. The first
	 * one gets what was published before, too.
	 * @param receiver the receiver
	 */
	void connect(TopicReceiver receiver);

	/**
	 * Removes a receiver.
	 * @param receiver the receiver
	 */
	void disconnect(TopicReceiver receiver);

	/**
	 * Returns what the events of the topics come from.
	 * @return creates the publisher of a topic; {@code null} if events are published from
	 * code
	 */
	@Nullable Function<String, ? extends Publisher<?>> source();

}
