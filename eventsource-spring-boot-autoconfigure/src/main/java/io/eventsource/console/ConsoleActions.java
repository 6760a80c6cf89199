package io.eventsource.console;

import java.util.function.Function;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventTopics;
import io.eventsource.web.EventSourceEndpoint;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Does what the page is told to do.
 *
 * @param endpoint serves the streams
 * @param beans finds the bean of a stream by its name, if code can publish to it
 */
record ConsoleActions(EventSourceEndpoint endpoint, Function<String, @Nullable Object> beans) {

	/**
	 * Does something.
	 * @param order what it is done with
	 * @return what has come of it
	 * @throws IllegalArgumentException if the order is not a possible one
	 * @throws IllegalStateException if it cannot be done now
	 */
	ObjectNode perform(ConsoleAction action, JsonNode order) {
		return switch (action) {
			case DISCONNECT -> disconnect(order);
			case STOP -> stop(required(order, "stream"), optional(order, "topic"));
			case PUBLISH -> publish(required(order, "stream"), optional(order, "topic"), order);
		};
	}

	private ObjectNode disconnect(JsonNode order) {
		String client = optional(order, "client");
		if (client != null) {
			return count(this.endpoint.disconnect((each) -> each.id().equals(client)));
		}
		String stream = required(order, "stream");
		String topic = optional(order, "topic");
		return count(this.endpoint.disconnect((each) -> each.stream().equals(stream) && isOf(each, topic)));
	}

	private static boolean isOf(EventClient client, @Nullable String topic) {
		return topic == null || client.topics().contains(topic);
	}

	private static ObjectNode count(int count) {
		return JsonNodeFactory.instance.objectNode().put("disconnected", count);
	}

	private ObjectNode stop(String stream, @Nullable String topic) {
		if (topic != null) {
			this.endpoint.stop(stream, topic);
		}
		else {
			this.endpoint.stop(stream);
		}
		return JsonNodeFactory.instance.objectNode();
	}

	private ObjectNode publish(String stream, @Nullable String topic, JsonNode order) {
		String type = optional(order, "type");
		String data = order.path("data").asString("");
		Event event = (type != null) ? Event.of(type, data) : Event.of(data);
		Object bean = this.beans.apply(stream);
		if (bean instanceof EventTopics topics && topic != null) {
			topics.publish(topic, event);
		}
		else if (bean instanceof EventChannel channel && topic == null) {
			channel.publish(event);
		}
		else {
			throw new IllegalArgumentException("There is no channel and no topic to publish to");
		}
		return JsonNodeFactory.instance.objectNode();
	}

	private static String required(JsonNode order, String name) {
		String value = optional(order, name);
		if (value == null) {
			throw new IllegalArgumentException("'" + name + "' is missing");
		}
		return value;
	}

	private static @Nullable String optional(JsonNode order, String name) {
		String value = order.path(name).asString("");
		return value.isEmpty() ? null : value;
	}

}
