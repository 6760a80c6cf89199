package io.eventsource.autoconfigure;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.eventsource.Callee;
import io.eventsource.CloseReason;
import io.eventsource.DispatcherSnapshot;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.GapCause;
import io.eventsource.RefusalReason;
import io.eventsource.StreamListener;
import io.eventsource.StreamSnapshot;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamDefinition;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Meters of the streams, with the name of the stream as their tag. What happens for each
 * delivery is counted by the streams, and only read here.
 */
class EventSourceMetrics implements StreamListener, MeterBinder {

	/** Stands for streams that are opened from code and have no name of their own. */
	static final String UNNAMED = "unnamed";

	private static final StreamSnapshot NOTHING = new StreamSnapshot(UNNAMED, StreamSnapshot.State.CLOSED, 0, 0, 0, 0,
			0, 0, 0, 0, 0);

	private final ObjectProvider<EventSourceEndpoint> endpoint;

	private final MeterRegistry registry;

	private final Map<String, Timer> delays = new ConcurrentHashMap<>();

	EventSourceMetrics(ObjectProvider<EventSourceEndpoint> endpoint, MeterRegistry registry) {
		this.endpoint = endpoint;
		this.registry = registry;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		bindWorkers(registry);
		for (StreamDefinition definition : this.endpoint.getObject().definitions()) {
			String stream = definition.name();
			gauge(registry, "eventsource.clients", "Connections", null, stream, StreamSnapshot::clients);
			gauge(registry, "eventsource.lag", "Events that the slowest client has yet to be sent", "events", stream,
					StreamSnapshot::greatestLag);
			count(registry, "eventsource.events.published", "Events taken from the publisher", null, stream,
					StreamSnapshot::published);
			count(registry, "eventsource.events.delivered", "Events sent, counted for each client", null, stream,
					StreamSnapshot::delivered);
			count(registry, "eventsource.events.skipped", "Events that clients were not sent although connected", null,
					stream, StreamSnapshot::skipped);
			count(registry, "eventsource.events.filtered", "Events that clients may not see or have not asked for",
					null, stream, StreamSnapshot::filtered);
			count(registry, "eventsource.events.replayed", "Events sent that were older than the connection", null,
					stream, StreamSnapshot::replayed);
			count(registry, "eventsource.data.sent", "Bytes sent", "bytes", stream, StreamSnapshot::bytes);
			count(registry, "eventsource.publisher.restarts", "Subscriptions made anew after a failure", null, stream,
					StreamSnapshot::restarts);
		}
	}

	private void bindWorkers(MeterRegistry registry) {
		worker(registry, "eventsource.workers.running", "Workers whose thread runs", DispatcherSnapshot::running);
		worker(registry, "eventsource.workers.standing", "Workers that have not moved for five seconds or longer",
				DispatcherSnapshot::standing);
		FunctionCounter
			.builder("eventsource.workers.replaced", this, (metrics) -> metrics.workers(DispatcherSnapshot::replaced))
			.description("Threads of workers that stood still or had ended, and were replaced")
			.register(registry);
		TimeGauge
			.builder("eventsource.workers.longest.call", this, TimeUnit.MILLISECONDS,
					(metrics) -> metrics.workers((workers) -> workers.longestCall().toMillis()))
			.description("The longest time for which a worker has been seen to stand still")
			.register(registry);
	}

	private void worker(MeterRegistry registry, String name, String description,
			ToDoubleFunction<DispatcherSnapshot> value) {
		Gauge.builder(name, this, (metrics) -> metrics.workers(value)).description(description).register(registry);
	}

	private double workers(ToDoubleFunction<DispatcherSnapshot> value) {
		DispatcherSnapshot workers = this.endpoint.getObject().dispatcher();
		return (workers != null) ? value.applyAsDouble(workers) : 0;
	}

	private void gauge(MeterRegistry registry, String name, String description, @Nullable String unit, String stream,
			ToDoubleFunction<StreamSnapshot> value) {
		Gauge.builder(name, this, (metrics) -> value.applyAsDouble(metrics.snapshot(stream)))
			.description(description)
			.baseUnit(unit)
			.tag("stream", stream)
			.register(registry);
	}

	private void count(MeterRegistry registry, String name, String description, @Nullable String unit, String stream,
			ToDoubleFunction<StreamSnapshot> value) {
		FunctionCounter.builder(name, this, (metrics) -> value.applyAsDouble(metrics.snapshot(stream)))
			.description(description)
			.baseUnit(unit)
			.tag("stream", stream)
			.register(registry);
	}

	private StreamSnapshot snapshot(String stream) {
		StreamSnapshot snapshot = this.endpoint.getObject().stream(stream);
		return (snapshot != null) ? snapshot : NOTHING;
	}

	@Override
	public void clientOpened(EventClient client) {
		this.registry.counter("eventsource.clients.opened", tags(client.stream())).increment();
	}

	@Override
	public void clientClosed(EventClient client, CloseReason reason) {
		Tags tags = tags(client.stream());
		this.registry.counter("eventsource.clients.closed", tags.and("reason", lowerCase(reason))).increment();
		this.registry.timer("eventsource.clients.lifetime", tags)
			.record(Duration.between(client.since(), Instant.now()));
	}

	@Override
	public void clientRefused(String stream, RefusalReason reason) {
		this.registry.counter("eventsource.clients.refused", tags(stream).and("reason", lowerCase(reason))).increment();
	}

	@Override
	public void eventsMissed(EventClient client, GapCause cause, @Nullable Long missed) {
		this.registry.counter("eventsource.gaps", tags(client.stream()).and("cause", lowerCase(cause))).increment();
	}

	@Override
	public void eventRejected(String stream, Object element, Throwable cause) {
		this.registry.counter("eventsource.events.rejected", tags(stream)).increment();
	}

	@Override
	public void filterFailed(EventClient client, Event event, Throwable cause) {
		this.registry.counter("eventsource.filter.failures", tags(client.stream())).increment();
	}

	@Override
	public void callFailed(String stream, Callee callee, Throwable cause) {
		this.registry.counter("eventsource.failures", tags(stream).and("callee", lowerCase(callee))).increment();
	}

	@Override
	public void eventsFlushed(String stream, long nanos) {
		this.delays
			.computeIfAbsent(known(stream), (name) -> this.registry.timer("eventsource.delivery.delay", "stream", name))
			.record(nanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public void publisherFailed(String stream, Throwable cause) {
		this.registry.counter("eventsource.publisher.failures", tags(stream)).increment();
	}

	private Tags tags(String stream) {
		return Tags.of("stream", known(stream));
	}

	/**
	 * The others are named by the path of the request, of which there may be any number.
	 */
	private String known(String stream) {
		return this.endpoint.getObject().definitions().stream().anyMatch((known) -> known.name().equals(stream))
				? stream : UNNAMED;
	}

	private static String lowerCase(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
