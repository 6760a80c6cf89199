package io.eventsource.autoconfigure;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

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
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Meters of the streams, tagged with the name of the stream. The streams count deliveries
 * themselves; this class only reads the counts.
 */
class EventSourceMetrics implements StreamListener, MeterBinder {

	/** The common tag of streams that are opened from code and have no name. */
	static final String UNNAMED = "unnamed";

	private static final StreamSnapshot NOTHING = new StreamSnapshot(UNNAMED, StreamSnapshot.State.CLOSED, 0, 0, 0, 0,
			0, 0, 0, 0, 0);

	private final ObjectProvider<EventSourceEndpoint> endpoint;

	private final MeterRegistry registry;

	private final Set<MeterRegistry> bound = ConcurrentHashMap.newKeySet();

	/** The meters of each stream, for each registry. */
	private final Map<String, List<StreamMeters>> meters = new ConcurrentHashMap<>();

	private final TopicMeters topics;

	/** Keeps the counter from going back while the streams are stopped. */
	private final AtomicLong replaced = new AtomicLong();

	EventSourceMetrics(ObjectProvider<EventSourceEndpoint> endpoint, MeterRegistry registry) {
		this.endpoint = endpoint;
		this.registry = registry;
		this.topics = new TopicMeters((stream) -> endpoint.getObject().topics(stream));
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		// A stream of a sibling, in the registry of a parent
		if (registry.find("eventsource.workers.running").meter() == null) {
			bindWorkers(registry);
		}
		bindListener(registry);
		for (StreamDefinition definition : this.endpoint.getObject().definitions()) {
			bindStream(registry, definition.name());
			if (definition.topics() != null) {
				this.topics.bind(registry, definition.name());
			}
		}
	}

	private void bindStream(MeterRegistry registry, String stream) {
		gauge(registry, "eventsource.clients", "Connections", null, stream, StreamSnapshot::clients);
		gauge(registry, "eventsource.lag", "Events that the slowest client has not been sent yet", "events", stream,
				StreamSnapshot::greatestLag);
		count(registry, "eventsource.events.published", "Events received from the publisher", null, stream,
				StreamSnapshot::published);
		count(registry, "eventsource.events.delivered", "Events sent, counted for each client", null, stream,
				StreamSnapshot::delivered);
		count(registry, "eventsource.events.skipped", "Events not sent to connected clients", null, stream,
				StreamSnapshot::skipped);
		count(registry, "eventsource.events.filtered", "Events that clients may not see, or have not asked for", null,
				stream, StreamSnapshot::filtered);
		count(registry, "eventsource.events.replayed",
				"Events sent that were published before the connection was opened", null, stream,
				StreamSnapshot::replayed);
		count(registry, "eventsource.data.sent", "Bytes sent", "bytes", stream, StreamSnapshot::bytes);
		count(registry, "eventsource.publisher.restarts", "New subscriptions after a failure", null, stream,
				StreamSnapshot::restarts);
	}

	private void bindWorkers(MeterRegistry registry) {
		worker(registry, "eventsource.workers.running", "Workers whose thread is running", DispatcherSnapshot::running);
		worker(registry, "eventsource.workers.standing",
				"Workers that have made no progress for five seconds or longer", DispatcherSnapshot::standing);
		FunctionCounter.builder("eventsource.workers.replaced", this, EventSourceMetrics::replaced)
			.description("Threads of workers that were stuck or had ended, and were replaced")
			.register(registry);
		TimeGauge
			.builder("eventsource.workers.longest.call", this, TimeUnit.MILLISECONDS,
					(metrics) -> metrics.workers((workers) -> workers.longestCall().toMillis()))
			.description("The longest time for which a worker was stuck in one call")
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

	private double replaced() {
		long now = (long) workers(DispatcherSnapshot::replaced);
		return this.replaced.accumulateAndGet(now, Math::max);
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

	private void bindListener(MeterRegistry registry) {
		if (this.bound.add(registry)) {
			Stream
				.concat(Stream.of(UNNAMED),
						this.endpoint.getObject().definitions().stream().map(StreamDefinition::name))
				.forEach((stream) -> this.meters.computeIfAbsent(stream, (name) -> new CopyOnWriteArrayList<>())
					.add(new StreamMeters(registry, stream)));
		}
	}

	/**
	 * Streams that are opened from code are named by the path of the request, so there
	 * may be any number of names.
	 */
	private void count(String stream, Consumer<StreamMeters> action) {
		if (this.bound.isEmpty()) {
			bindListener(this.registry);
		}
		List<StreamMeters> known = this.meters.get(stream);
		((known != null) ? known : this.meters.getOrDefault(UNNAMED, List.of())).forEach(action);
	}

	@Override
	public void clientOpened(EventClient client) {
		count(client.stream(), (meters) -> meters.opened().increment());
	}

	@Override
	public void clientClosed(EventClient client, CloseReason reason) {
		count(client.stream(), (meters) -> {
			meters.closed(reason);
			meters.lifetime().record(Duration.between(client.since(), Instant.now()));
		});
	}

	@Override
	public void clientRefused(String stream, RefusalReason reason) {
		count(stream, (meters) -> meters.refused(reason));
	}

	@Override
	public void eventsMissed(EventClient client, GapCause cause, @Nullable Long missed) {
		count(client.stream(), (meters) -> meters.gap(cause));
	}

	@Override
	public void eventRejected(String stream, Object element, Throwable cause) {
		count(stream, (meters) -> meters.rejected().increment());
	}

	@Override
	public void filterFailed(EventClient client, Event event, Throwable cause) {
		count(client.stream(), (meters) -> meters.filterFailures().increment());
	}

	@Override
	public void callFailed(String stream, Callee callee, Throwable cause) {
		count(stream, (meters) -> meters.failure(callee));
	}

	@Override
	public void eventsFlushed(String stream, long nanos) {
		count(stream, (meters) -> meters.delay().record(nanos, TimeUnit.NANOSECONDS));
	}

	@Override
	public void publisherFailed(String stream, Throwable cause) {
		count(stream, (meters) -> meters.publisherFailures().increment());
	}

}
