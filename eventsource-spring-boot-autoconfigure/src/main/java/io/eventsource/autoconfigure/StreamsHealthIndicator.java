package io.eventsource.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.web.EventSourceEndpoint;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Tells what each stream is doing; down while a publisher is failing.
 */
class StreamsHealthIndicator extends AbstractHealthIndicator {

	private final EventSourceEndpoint endpoint;

	StreamsHealthIndicator(EventSourceEndpoint endpoint) {
		super("The event streams could not be looked at");
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
		(failing ? builder.down() : builder.up()).withDetail("streams", states);
	}

}
