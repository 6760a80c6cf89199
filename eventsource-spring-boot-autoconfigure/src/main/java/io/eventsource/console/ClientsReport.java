package io.eventsource.console;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

import io.eventsource.ClientSnapshot;
import io.eventsource.EventClient;
import io.eventsource.web.EventSourceEndpoint;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Describes the clients of a stream or a topic for the page: of many, those that lag the
 * most.
 *
 * @param endpoint serves the streams
 */
record ClientsReport(EventSourceEndpoint endpoint) {

	private static final int LIMIT = 100;

	/**
	 * Describes them.
	 * @throws IllegalArgumentException if there is no such stream
	 */
	ObjectNode describe(String stream, @Nullable String topic) {
		List<ClientSnapshot> clients = (topic != null) ? this.endpoint.clients(stream, topic)
				: this.endpoint.clients(stream);
		ObjectNode report = JsonNodeFactory.instance.objectNode();
		report.put("count", clients.size());
		ArrayNode shown = report.putArray("clients");
		clients.stream()
			.sorted(Comparator.comparingLong(ClientSnapshot::lag)
				.reversed()
				.thenComparing((client) -> client.client().since()))
			.limit(LIMIT)
			.forEach((client) -> shown.add(describe(client)));
		return report;
	}

	private static ObjectNode describe(ClientSnapshot snapshot) {
		EventClient client = snapshot.client();
		ObjectNode described = JsonNodeFactory.instance.objectNode();
		described.put("id", client.id());
		described.put("user", client.principalName());
		described.put("address", client.remoteAddress());
		ArrayNode topics = described.putArray("topics");
		client.topics().forEach(topics::add);
		ArrayNode types = described.putArray("types");
		client.types().forEach(types::add);
		described.put("age", Duration.between(client.since(), Instant.now()).toMillis());
		described.put("lag", snapshot.lag());
		described.put("bytes", snapshot.bytes());
		described.put("blocked", snapshot.blocked());
		return described;
	}

}
