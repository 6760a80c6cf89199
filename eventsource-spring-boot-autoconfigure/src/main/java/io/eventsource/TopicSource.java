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

	/**
	 * Tells whether instances share the topics. If so, nothing is published to a
	 * receiver: the events come by the {@linkplain #channel channels}.
	 * @return whether they do
	 */
	default boolean isShared() {
		return false;
	}

	/**
	 * Creates the channel of the events of a topic for the clients of this instance.
	 * @param topic the topic
	 * @return a new channel
	 */
	EventChannel channel(String topic);

	/**
	 * Tells why clients cannot have a topic that this instance does not know. May block.
	 * @param topic the topic
	 * @param unknown how a client is treated that asks for a topic which there is not
	 * @return the reason; {@code null} if they can
	 */
	@Nullable RefusalReason refusal(String topic, UnknownTopics unknown);

}
