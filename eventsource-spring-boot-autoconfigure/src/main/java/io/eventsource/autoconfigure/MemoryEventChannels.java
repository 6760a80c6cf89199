package io.eventsource.autoconfigure;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.EventTopics;

import org.springframework.util.Assert;

/**
 * Channels in the memory of this process.
 */
class MemoryEventChannels implements EventChannels {

	private final Map<String, EventChannel> channels = new ConcurrentHashMap<>();

	private final Map<String, EventTopics> topics = new ConcurrentHashMap<>();

	@Override
	public EventChannel channel(String name) {
		Assert.hasText(name, "The name of a channel must not be empty");
		return this.channels.computeIfAbsent(name, (key) -> EventChannel.create());
	}

	@Override
	public EventTopics topics(String name) {
		Assert.hasText(name, "The name of topics must not be empty");
		return this.topics.computeIfAbsent(name, (key) -> EventTopics.create());
	}

}
