package io.eventsource.autoconfigure;

import java.time.Duration;

/**
 * The number of workers, and how long they may be stuck in a call.
 */
final class DispatcherThreads {

	private static final int MOST = 1000;

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
		if (threads > MOST) {
			throw new InvalidEventSourceConfigurationException(
					"eventsource.dispatcher.threads must be at most " + MOST + "; got " + threads + ".",
					"Change the value in the application's configuration, or leave it out: a thread serves thousands of "
							+ "clients.");
		}
		return threads;
	}

	static Duration stallTimeout(EventSourceProperties properties) {
		Duration timeout = properties.dispatcher().stallTimeout();
		if (timeout.isNegative() || timeout.compareTo(Duration.ofDays(1)) > 0) {
			throw new InvalidEventSourceConfigurationException(
					"eventsource.dispatcher.stall-timeout must be between 0 and a day; got " + timeout + ".",
					"Change the value in the application's configuration, or leave it out.");
		}
		return timeout;
	}

}
