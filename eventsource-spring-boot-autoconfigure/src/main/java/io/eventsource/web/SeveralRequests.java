package io.eventsource.web;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.eventsource.EventClient;
import io.eventsource.RefusalReason;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of those who decide for a client that asks for several topics: each topic
 * by itself.
 */
final class SeveralRequests {

	private SeveralRequests() {
	}

	/**
	 * Looks at a request, and asks for each topic. One refusal refuses all.
	 */
	static ConnectionRequest of(HttpServletRequest request, StreamDefinition definition, List<String> topics) {
		List<EventClient> asked = new ArrayList<>();
		String id = ConnectionRequest.nextId();
		for (String topic : topics) {
			ConnectionRequest each = ConnectionRequest.of(id, request, definition, topic);
			if (each.refusal() != null) {
				return each;
			}
			asked.add(each.client());
		}
		return new ConnectionRequest(connection(asked), null, asked);
	}

	/**
	 * A client that is refused before anybody is asked.
	 */
	static ConnectionRequest refused(HttpServletRequest request, StreamDefinition definition) {
		EventClient client = EventClient.builder(ConnectionRequest.nextId(), definition.name())
			.principal(request.getUserPrincipal())
			.remoteAddress(request.getRemoteAddr())
			.build();
		return new ConnectionRequest(client, RefusalReason.BAD_REQUEST, List.of());
	}

	/** The connection ends with the first that it was opened for. */
	private static EventClient connection(List<EventClient> asked) {
		EventClient first = asked.get(0);
		Map<String, Object> attributes = new HashMap<>();
		Map<String, String> parameters = new HashMap<>();
		Map<String, String> headers = new HashMap<>();
		Instant expires = null;
		for (EventClient each : asked) {
			each.attributes().forEach(attributes::putIfAbsent);
			parameters.putAll(each.parameters());
			headers.putAll(each.headers());
			expires = earliest(expires, each.expires());
		}
		return EventClient.builder(first.id(), first.stream())
			.topics(asked.stream().map(EventClient::topics).flatMap(List::stream).toList())
			.principal(first.principal())
			.sessionId(first.sessionId())
			.remoteAddress(first.remoteAddress())
			.types(first.types())
			.lastEventId(first.lastEventId())
			.since(first.since())
			.parameters(parameters)
			.headers(headers)
			.attributes(attributes)
			.expires(expires)
			.build();
	}

	private static @Nullable Instant earliest(@Nullable Instant one, @Nullable Instant other) {
		if (one == null || other == null) {
			return (one != null) ? one : other;
		}
		return one.isBefore(other) ? one : other;
	}

}
