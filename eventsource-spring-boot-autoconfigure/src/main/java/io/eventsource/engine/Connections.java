package io.eventsource.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

	/**
	 * Counts a connection, if there may be one more.
	 * @return the place of the connection, or the reason why there is none
	 */
	Place enter(EventClient client) {
		int perClient = this.limits.maxConnectionsPerClient();
		// Once: by the time the client goes, its user may have another name
		String key = (perClient > 0) ? key(client) : null;
		if (this.connections.incrementAndGet() > this.limits.maxConnections() && this.limits.maxConnections() > 0) {
			release(null);
			return new Place(RefusalReason.MAX_CONNECTIONS, null);
		}
		if (key != null && this.byClient.merge(key, 1, Integer::sum) > perClient) {
			release(key);
			return new Place(RefusalReason.MAX_CONNECTIONS_PER_CLIENT, null);
		}
		return new Place(null, key);
	}

	private void release(@Nullable String key) {
		if (key != null) {
			this.byClient.computeIfPresent(key, (same, count) -> (count > 1) ? count - 1 : null);
		}
		if (this.connections.decrementAndGet() == 0) {
			synchronized (this) {
				notifyAll();
			}
		}
	}

	/**
	 * Waits until there is no connection, for a time at most, and no longer than until
	 * the thread is interrupted.
	 */
	synchronized void awaitNone(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		long left = time.toMillis();
		try {
			while (this.connections.get() > 0 && left > 0) {
				wait(left);
				left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static String key(EventClient client) {
		String user = client.principalName();
		return (user != null) ? "user " + user : "address " + client.remoteAddress();
	}

	/**
	 * The place of one connection.
	 */
	final class Place {

		private final @Nullable RefusalReason refusal;

		private final @Nullable String key;

		private final AtomicBoolean taken;

		private Place(@Nullable RefusalReason refusal, @Nullable String key) {
			this.refusal = refusal;
			this.key = key;
			this.taken = new AtomicBoolean(refusal == null);
		}

		/**
		 * Why there is no place, or {@code null} if there is one.
		 */
		@Nullable RefusalReason refusal() {
			return this.refusal;
		}

		/**
		 * Gives the place back, once, however often it is called.
		 */
		void leave() {
			if (this.taken.compareAndSet(true, false)) {
				release(this.key);
			}
		}

	}

}
