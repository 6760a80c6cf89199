package io.eventsource.autoconfigure;

import java.util.HashSet;
import java.util.Set;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Shows the streams of a context in a registry of its parent for as long as the context
 * lives. Spring Boot does this only for beans of the parent. Counts remain afterwards.
 */
class InheritedMeters implements SmartInitializingSingleton, DisposableBean {

	private final EventSourceMetrics metrics;

	private final MeterRegistry registry;

	private Set<Meter> meters = Set.of();

	InheritedMeters(EventSourceMetrics metrics, MeterRegistry registry) {
		this.metrics = metrics;
		this.registry = registry;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Set<Meter> before = new HashSet<>(this.registry.getMeters());
		this.metrics.bindTo(this.registry);
		Set<Meter> added = new HashSet<>(this.registry.getMeters());
		added.removeAll(before);
		added.removeIf((meter) -> !isRead(meter));
		this.meters = added;
	}

	/** Whether a meter reads values from the streams, which are about to end. */
	private static boolean isRead(Meter meter) {
		String name = meter.getId().getName();
		return name.startsWith("eventsource.")
				&& meter.match((gauge) -> true, (counter) -> false, (timer) -> false, (summary) -> false,
						(longTask) -> false, (timeGauge) -> true, (counter) -> true, (timer) -> true, (other) -> false);
	}

	@Override
	public void destroy() {
		this.meters.forEach(this.registry::remove);
	}

}
