package io.eventsource.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.eventsource.DispatcherSnapshot;
import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.web.EventSourceEndpoint;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Reports the state of each stream and of the threads that serve the clients. It is down
 * while a publisher is failing, or a thread is not running or makes no progress.
 */
class StreamsHealthIndicator extends AbstractHealthIndicator {

	private final EventSourceEndpoint endpoint;

	StreamsHealthIndicator(EventSourceEndpoint endpoint) {
		super("The event streams could not be inspected");
		this.endpoint = endpoint;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		Map<String, String> states = new LinkedHashMap<>();
		boolean failing = false;
		for (StreamSnapshot stream : this.endpoint.streams()) {
			states.put(stream.name(), stream.state().name().toLowerCase(Locale.ROOT));
			failing |= stream.state() == State.RESTARTING;
		}
		DispatcherSnapshot workers = this.endpoint.dispatcher();
		boolean standing = workers != null && !workers.isHealthy();
		((failing || standing) ? builder.down() : builder.up()).withDetail("streams", states);
		if (workers != null) {
			builder.withDetail("workers", Map.of("expected", workers.workers(), "running", workers.running(),
					"standing", workers.standing(), "lost", workers.lost(), "replaced", workers.replaced()));
		}
	}

}
