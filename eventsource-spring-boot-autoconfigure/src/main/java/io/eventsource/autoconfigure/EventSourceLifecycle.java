package io.eventsource.autoconfigure;

import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import io.eventsource.web.EventSourceEndpoint;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the streams before the web server accepts requests, and ends them before the web
 * server waits for open requests.
 */
class EventSourceLifecycle implements SmartLifecycle, SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(EventSourceLifecycle.class);

	private final EventSourceEndpoint endpoint;

	private final DrainTime drain;

	private final ContainerShutdownHook hook;

	private final BooleanSupplier embedded;

	private volatile boolean running;

	/**
	 * Creates the lifecycle.
	 * @param endpoint the endpoint
	 * @param drain the period within which clients are disconnected
	 * @param embedded whether the application stops the container, and not the other way
	 * round
	 */
	EventSourceLifecycle(EventSourceEndpoint endpoint, DrainTime drain, BooleanSupplier embedded) {
		this.endpoint = endpoint;
		this.drain = drain;
		this.hook = new ContainerShutdownHook(() -> endpoint.drain(drain.time()));
		this.embedded = embedded;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.endpoint.start();
	}

	@Override
	public void start() {
		this.endpoint.start();
		this.running = true;
		if (!this.embedded.getAsBoolean()) {
			this.hook.register();
		}
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
			if (this.drain.warning() != null) {
				logger.warn(this.drain.warning());
			}
		}
	}

	@Override
	public void stop() {
		this.endpoint.drain(this.drain.time());
		this.hook.deregister();
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
