package io.eventsource.autoconfigure;

import java.time.Duration;
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

	private final Duration drain;

	private volatile boolean running;

	EventSourceLifecycle(EventSourceEndpoint endpoint, Duration drain) {
		this.endpoint = endpoint;
		this.drain = drain;
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
			.map((stream) -> stream.name()
					+ (stream.paths().isEmpty() ? " by controllers only" : " at " + String.join(", ", stream.paths())))
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
		this.endpoint.drain(this.drain);
		this.running = false;
		logger.info("Event streams have ended");
	}

	/** Other beans of this phase need not wait for the clients. */
	@Override
	public void stop(Runnable callback) {
		Thread thread = new Thread(() -> {
			try {
				stop();
			}
			finally {
				callback.run();
			}
		}, "eventsource-shutdown");
		thread.start();
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
