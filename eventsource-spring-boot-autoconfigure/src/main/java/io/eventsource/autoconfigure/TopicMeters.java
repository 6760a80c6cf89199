package io.eventsource.autoconfigure;

import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import io.eventsource.TopicsSnapshot;
import io.eventsource.TopicsSnapshot.Reason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Meters of streams with topics, tagged with the name of the stream, and never with that
 * of a topic.
 */
class TopicMeters {

	private final Function<String, @Nullable TopicsSnapshot> snapshots;

	/**
	 * Creates meters.
	 * @param snapshots describes the topics of a stream as they are now
	 */
	TopicMeters(Function<String, @Nullable TopicsSnapshot> snapshots) {
		this.snapshots = snapshots;
	}

	/**
	 * Shows the topics of a stream in a registry.
	 */
	void bind(MeterRegistry registry, String stream) {
		gauge(registry, "eventsource.topics", "Topics", null, stream, TopicsSnapshot::topics);
		gauge(registry, "eventsource.topics.memory", "Bytes that the events of all topics take", "bytes", stream,
				TopicsSnapshot::bytes);
		gauge(registry, "eventsource.sources.running", "Sources that were started and have not ended", null, stream,
				TopicsSnapshot::sources);
		for (Reason reason : Reason.values()) {
			FunctionCounter
				.builder("eventsource.topics.forgotten", this,
						(meters) -> meters.value(stream, (topics) -> topics.forgotten().getOrDefault(reason, 0L)))
				.description("Topics that were forgotten")
				.tag("stream", stream)
				.tag("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
				.register(registry);
		}
	}

	private void gauge(MeterRegistry registry, String name, String description, @Nullable String unit, String stream,
			ToDoubleFunction<TopicsSnapshot> value) {
		Gauge.builder(name, this, (meters) -> meters.value(stream, value))
			.description(description)
			.baseUnit(unit)
			.tag("stream", stream)
			.register(registry);
	}

	private double value(String stream, ToDoubleFunction<TopicsSnapshot> value) {
		TopicsSnapshot snapshot = this.snapshots.apply(stream);
		return (snapshot != null) ? value.applyAsDouble(snapshot) : 0;
	}

}
