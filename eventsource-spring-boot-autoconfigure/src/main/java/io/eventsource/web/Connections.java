package io.eventsource.web;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.EventClient;
import io.eventsource.RefusalReason;
import org.jspecify.annotations.Nullable;

/**
 * Counts connections, in all and by client.
 */
final class Connections {

	private final ConnectionLimits limits;

	private final AtomicInteger connections = new AtomicInteger();

	private final Map<String, Integer> byClient = new ConcurrentHashMap<>();

	Connections(ConnectionLimits limits) {
		this.limits = limits;
	}

	ConnectionLimits limits() {
		return this.limits;
	}

	/**
	 * Counts a connection, if there may be one more.
	 * @return why there may not; {@code null} if the connection was counted, and is to be
	 * released once
	 */
	@Nullable RefusalReason admit(EventClient client) {
		if (this.connections.incrementAndGet() > this.limits.maxConnections() && this.limits.maxConnections() > 0) {
			this.connections.decrementAndGet();
			return RefusalReason.MAX_CONNECTIONS;
		}
		int perClient = this.limits.maxConnectionsPerClient();
		if (perClient > 0 && this.byClient.merge(key(client), 1, Integer::sum) > perClient) {
			release(client);
			return RefusalReason.MAX_CONNECTIONS_PER_CLIENT;
		}
		return null;
	}

	/**
	 * Takes a connection back.
	 */
	void release(EventClient client) {
		if (this.connections.decrementAndGet() == 0) {
			synchronized (this) {
				notifyAll();
			}
		}
		if (this.limits.maxConnectionsPerClient() > 0) {
			this.byClient.computeIfPresent(key(client), (key, count) -> (count > 1) ? count - 1 : null);
		}
	}

	/**
	 * Waits until there is no connection, for a time at most.
	 */
	synchronized void awaitNone(Duration time) throws InterruptedException {
		long end = System.nanoTime() + time.toNanos();
		long left = time.toMillis();
		while (this.connections.get() > 0 && left > 0) {
			wait(left);
			left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
		}
	}

	private static String key(EventClient client) {
		return (client.principalName() != null) ? "user " + client.principalName()
				: "address " + client.remoteAddress();
	}

}
