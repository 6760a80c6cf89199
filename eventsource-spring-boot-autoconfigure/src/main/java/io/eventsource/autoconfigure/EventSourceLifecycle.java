package io.eventsource.autoconfigure;

import java.util.stream.Collectors;

import io.eventsource.web.EventSourceEndpoint;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the streams before the web server takes requests, and ends them before the web
 * server waits for those that are open.
 */
class EventSourceLifecycle implements SmartLifecycle, SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(EventSourceLifecycle.class);

	private final EventSourceEndpoint endpoint;

	private volatile boolean running;

	EventSourceLifecycle(EventSourceEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.endpoint.start();
	}

	@Override
	public void start() {
		this.endpoint.start();
		this.running = true;
		String streams = this.endpoint.definitions()
			.stream()
			.map((stream) -> stream.name() + " at " + String.join(", ", stream.paths()))
			.collect(Collectors.joining("; "));
		if (streams.isEmpty()) {
			logger.debug("No bean publishes events, so there is no event stream");
		}
		else {
			logger.info("Serving event streams: " + streams);
		}
	}

	@Override
	public void stop() {
		this.running = false;
		this.endpoint.close();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

}
