package io.eventsource.autoconfigure;

/**
 * The number of workers.
 */
final class DispatcherThreads {

	private DispatcherThreads() {
	}

	static int of(EventSourceProperties properties) {
		Integer threads = properties.dispatcher().threads();
		if (threads == null) {
			return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
		}
		if (threads < 1) {
			throw new InvalidEventSourceConfigurationException(
					"eventsource.dispatcher.threads must be at least 1; got " + threads + ".",
					"Change the value in the application's configuration, or leave it out.");
		}
		return threads;
	}

}
