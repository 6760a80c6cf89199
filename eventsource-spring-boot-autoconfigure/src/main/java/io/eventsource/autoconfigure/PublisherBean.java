package io.eventsource.autoconfigure;

import io.eventsource.EventChannel;
import io.eventsource.EventTopics;

import org.springframework.core.ResolvableType;

/**
 * A bean that is to be served as a stream.
 *
 * @param name the name of the bean
 * @param type the type that it is declared to have
 * @param primary whether it is the primary one of its kind
 */
record PublisherBean(String name, ResolvableType type, boolean primary) {

	boolean isChannel() {
		return this.type.as(EventChannel.class) != ResolvableType.NONE;
	}

	boolean hasTopics() {
		return this.type.as(EventTopics.class) != ResolvableType.NONE;
	}

}
