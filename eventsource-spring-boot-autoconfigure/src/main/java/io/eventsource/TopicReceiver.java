package io.eventsource;

import java.util.function.Supplier;

import org.reactivestreams.Publisher;

/**
 * Runs the streams of {@link EventTopics}. Implemented by the engine. Thread-safe.
 */
public interface TopicReceiver {

	/**
	 * Takes an event.
	 * @param topic the topic
	 * @param event the event
	 * @throws IllegalArgumentException if the event cannot be sent
	 * @throws IllegalStateException if the event cannot be taken
	 */
	void publish(String topic, Event event);

	/**
	 * Starts a source.
	 * @param topic the topic
	 * @param source supplies the publisher
	 * @return whether it was started
	 * @throws IllegalStateException if the topic cannot be made
	 */
	boolean start(String topic, Supplier<? extends Publisher<?>> source);

	/**
	 * Ends a topic, if there is one.
	 * @param topic the topic
	 */
	void complete(String topic);

}
