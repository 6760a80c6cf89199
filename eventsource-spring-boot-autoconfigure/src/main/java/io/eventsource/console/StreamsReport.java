package io.eventsource.console;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.eventsource.StreamSnapshot;
import io.eventsource.TopicSnapshot;
import io.eventsource.TopicsSnapshot;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamDefinition;
import io.eventsource.web.TopicRules;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Describes the streams for the page. Rates are for the page to compute from two reports.
 *
 * @param endpoint serves the streams
 * @param beans finds the bean of a stream by its name, if code can publish to it
 */
record StreamsReport(EventSourceEndpoint endpoint, Function<String, @Nullable Object> beans) {

	/** How many of the topics with the most clients are shown. */
	private static final int BUSIEST = 50;

	ObjectNode describe() {
		ObjectNode report = JsonNodeFactory.instance.objectNode();
		report.put("clock", TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
		ArrayNode streams = report.putArray("streams");
		for (StreamDefinition definition : this.endpoint.definitions()) {
			StreamSnapshot snapshot = this.endpoint.stream(definition.name());
			if (snapshot != null) {
				streams.add(describe(definition, snapshot));
			}
		}
		return report;
	}

	private ObjectNode describe(StreamDefinition definition, StreamSnapshot snapshot) {
		ObjectNode stream = counts(snapshot);
		stream.put("name", definition.name());
		ArrayNode paths = stream.putArray("paths");
		definition.paths().forEach(paths::add);
		stream.put("perClient", definition.source().perClient());
		stream.put("typesParameter", definition.access().typesParameter());
		stream.put("publish", this.beans.apply(definition.name()) != null);
		TopicRules rules = definition.topics();
		TopicsSnapshot sums = (rules != null) ? this.endpoint.topics(definition.name()) : null;
		if (rules != null && sums != null) {
			stream.put("memory", sums.bytes()).put("limit", rules.settings().memory());
			stream.set("topics", topics(definition.name(), rules, sums));
		}
		else if (rules == null) {
			stream.put("memory", this.endpoint.memory(definition.name()));
			stream.put("limit", definition.settings().buffer().memory());
		}
		return stream;
	}

	private static ObjectNode counts(StreamSnapshot snapshot) {
		ObjectNode counts = JsonNodeFactory.instance.objectNode();
		counts.put("state", snapshot.state().name());
		counts.put("clients", snapshot.clients());
		counts.put("published", snapshot.published());
		counts.put("delivered", snapshot.delivered());
		counts.put("bytes", snapshot.bytes());
		counts.put("skipped", snapshot.skipped());
		counts.put("filtered", snapshot.filtered());
		counts.put("replayed", snapshot.replayed());
		counts.put("lag", snapshot.greatestLag());
		counts.put("restarts", snapshot.restarts());
		return counts;
	}

	private ObjectNode topics(String stream, TopicRules rules, TopicsSnapshot sums) {
		ObjectNode topics = JsonNodeFactory.instance.objectNode();
		topics.put("count", sums.topics());
		topics.put("sources", sums.sources());
		topics.put("byPrincipal", rules.byPrincipal());
		topics.put("perConnection", rules.settings().perConnection());
		ArrayNode busiest = topics.putArray("busiest");
		List<TopicSnapshot> most = this.endpoint.busiestTopics(stream, BUSIEST);
		most.forEach((topic) -> busiest.add(counts(topic.stream()).put("name", topic.topic())));
		return topics;
	}

}
