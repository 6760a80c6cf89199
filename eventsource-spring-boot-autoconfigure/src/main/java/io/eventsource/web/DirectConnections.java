package io.eventsource.web;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.eventsource.EventClient;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The connections that a container has handed over to streams, and what has kept it from
 * handing over others. Thread-safe.
 */
final class DirectConnections {

	private static final Log logger = LogFactory.getLog(DirectConnections.class);

	/** Classes of wrappers have many names, of which an application has few. */
	private static final int MAX_OBSTACLES = 100;

	private final Executor sender;

	private final Set<SocketSink> open = ConcurrentHashMap.newKeySet();

	private final LongAdder handedOver = new LongAdder();

	private final Map<String, LongAdder> obstacles = new ConcurrentHashMap<>();

	/**
	 * Creates an instance without connections.
	 * @param sender runs what may block
	 */
	DirectConnections(Executor sender) {
		this.sender = sender;
	}

	/**
	 * Takes note that a connection is handed over.
	 */
	void opened(SocketSink connection) {
		this.open.add(connection);
		this.handedOver.increment();
	}

	/**
	 * Takes note that a connection is closed, and ends what lives in its request. Never
	 * blocks.
	 */
	void closed(SocketSink connection, @Nullable RequestContext context) {
		this.open.remove(connection);
		if (context != null && context.isUsed()) {
			this.sender.execute(context::end);
		}
	}

	/**
	 * Takes note that a client is answered in the ordinary way.
	 */
	void refused(EventClient client, String obstacle) {
		logger.debug(client + " is answered through the container's HTTP processor: " + obstacle);
		String key = (this.obstacles.size() < MAX_OBSTACLES) ? obstacle : "others";
		this.obstacles.computeIfAbsent(key, (name) -> new LongAdder()).increment();
	}

	/**
	 * Waits until all connections are closed, since the server shuts down: a client that
	 * is slow may still be taking the end of its stream.
	 * @param time how long to wait at most
	 */
	void awaitClosed(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		try {
			while (!this.open.isEmpty() && System.nanoTime() - end < 0) {
				TimeUnit.MILLISECONDS.sleep(10);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Describes the connections as they are now.
	 */
	DirectSnapshot snapshot() {
		Map<String, Long> ordinary = new TreeMap<>();
		this.obstacles.forEach((obstacle, count) -> ordinary.put(obstacle, count.sum()));
		return new DirectSnapshot(this.open.size(), this.handedOver.sum(), ordinary);
	}

}
