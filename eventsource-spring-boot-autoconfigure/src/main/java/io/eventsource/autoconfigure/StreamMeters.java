package io.eventsource.autoconfigure;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

import io.eventsource.Callee;
import io.eventsource.CloseReason;
import io.eventsource.GapCause;
import io.eventsource.RefusalReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

/**
 * The meters of one stream that count what its listener is notified of. All of them are
 * created at once: Spring Boot closes the registry before the streams end, and a closed
 * registry creates no more meters, while existing ones continue to count.
 */
class StreamMeters {

	private final Counter opened;

	private final Map<CloseReason, Counter> closed;

	private final Map<RefusalReason, Counter> refused;

	private final Timer lifetime;

	private final Map<GapCause, Counter> gaps;

	private final Counter rejected;

	private final Counter filterFailures;

	private final Map<Callee, Counter> failures;

	private final Counter publisherFailures;

	private final Timer delay;

	StreamMeters(MeterRegistry registry, String stream) {
		Tags tags = Tags.of("stream", stream);
		this.opened = registry.counter("eventsource.clients.opened", tags);
		this.closed = counters(CloseReason.class, "eventsource.clients.closed", "reason", registry, tags);
		this.refused = counters(RefusalReason.class, "eventsource.clients.refused", "reason", registry, tags);
		this.lifetime = registry.timer("eventsource.clients.lifetime", tags);
		this.gaps = counters(GapCause.class, "eventsource.gaps", "cause", registry, tags);
		this.rejected = registry.counter("eventsource.events.rejected", tags);
		this.filterFailures = registry.counter("eventsource.filter.failures", tags);
		this.failures = counters(Callee.class, "eventsource.failures", "callee", registry, tags);
		this.publisherFailures = registry.counter("eventsource.publisher.failures", tags);
		this.delay = registry.timer("eventsource.delivery.delay", tags);
	}

	private static <E extends Enum<E>> Map<E, Counter> counters(Class<E> type, String name, String tag,
			MeterRegistry registry, Tags tags) {
		Map<E, Counter> counters = new EnumMap<>(type);
		for (E value : type.getEnumConstants()) {
			counters.put(value, registry.counter(name, tags.and(tag, lowerCase(value))));
		}
		return counters;
	}

	private static String lowerCase(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static <E> void count(Map<E, Counter> counters, E value) {
		Counter counter = counters.get(value);
		if (counter != null) {
			counter.increment();
		}
	}

	Counter opened() {
		return this.opened;
	}

	void closed(CloseReason reason) {
		count(this.closed, reason);
	}

	void refused(RefusalReason reason) {
		count(this.refused, reason);
	}

	Timer lifetime() {
		return this.lifetime;
	}

	void gap(GapCause cause) {
		count(this.gaps, cause);
	}

	Counter rejected() {
		return this.rejected;
	}

	Counter filterFailures() {
		return this.filterFailures;
	}

	void failure(Callee callee) {
		count(this.failures, callee);
	}

	Counter publisherFailures() {
		return this.publisherFailures;
	}

	Timer delay() {
		return this.delay;
	}

}
