package io.eventsource.redis.chaos;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventTopics;
import io.eventsource.web.TestServer;

/**
 * What is published to and watched: two channels, and two topics of a family.
 */
enum Subject {

	ORDERS("/events/orders", "eventsource:orders"), PRICES("/events/prices", "eventsource:prices"),
	ROOM_1("/events/rooms/1", "eventsource:{rooms}:1"), ROOM_2("/events/rooms/2", "eventsource:{rooms}:2");

	private final String path;

	private final String key;

	Subject(String path, String key) {
		this.path = path;
		this.key = key;
	}

	String path() {
		return this.path;
	}

	/** The key of its Redis stream. */
	String key() {
		return this.key;
	}

	void publish(TestServer server, String data) {
		switch (this) {
			case ORDERS -> server.bean("orders", EventChannel.class).publish(Event.of(data));
			case PRICES -> server.bean("prices", EventChannel.class).publish(Event.of(data));
			case ROOM_1 -> server.bean("rooms", EventTopics.class).publish("1", Event.of(data));
			case ROOM_2 -> server.bean("rooms", EventTopics.class).publish("2", Event.of(data));
			default -> throw new IllegalStateException();
		}
	}

}
