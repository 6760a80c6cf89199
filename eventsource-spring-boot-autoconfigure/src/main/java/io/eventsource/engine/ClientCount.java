package io.eventsource.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.eventsource.engine.runtime.Dispatcher;

/**
 * Counts the clients of one stream, and admits no more of them once the stream is being
 * drained or was closed. Thread-safe; never blocks.
 */
final class ClientCount {

	private final String stream;

	private final Dispatcher dispatcher;

	private final AtomicInteger clients = new AtomicInteger();

	/** Since when there has been no client; only looked at where there is none. */
	private volatile long idleSince;

	private volatile boolean draining;

	private volatile boolean closed;

	ClientCount(String stream, Dispatcher dispatcher) {
		this.stream = stream;
		this.dispatcher = dispatcher;
	}

	/**
	 * Admits a client. This is one step with {@link #runIfIdle}, so that no publisher is
	 * cancelled while it has a client, and with {@link #drain} and {@link #close}, so
	 * that a client is either refused or disconnected with the others.
	 * @param registration gives the client its position
	 * @throws IllegalStateException if no more clients are admitted
	 */
	synchronized <T> T admit(Supplier<T> registration) {
		if (this.draining || isClosed()) {
			throw new IllegalStateException("Stream '" + this.stream + "' is closed");
		}
		T registered = registration.get();
		// Registered before it is counted, so that a count above zero implies a position
		this.clients.incrementAndGet();
		return registered;
	}

	/**
	 * Counts a client that has gone.
	 */
	void remove() {
		beginIdleTime();
		this.clients.decrementAndGet();
	}

	/**
	 * Counts the time without clients from now on.
	 */
	void beginIdleTime() {
		this.idleSince = this.dispatcher.clock().getAsLong();
	}

	/**
	 * Runs an action if there has been no client for a time.
	 */
	void runIfIdle(Duration time, Runnable action) {
		if (isEmpty()) {
			long now = this.dispatcher.clock().getAsLong();
			synchronized (this) {
				if (isEmpty() && now - this.idleSince >= time.toNanos()) {
					action.run();
				}
			}
		}
	}

	int get() {
		return this.clients.get();
	}

	boolean isEmpty() {
		return this.clients.get() == 0;
	}

	/**
	 * Admits no more clients.
	 */
	synchronized void drain() {
		this.draining = true;
	}

	/**
	 * Admits no more clients, since the stream is being closed.
	 */
	synchronized void close() {
		this.closed = true;
	}

	/**
	 * Whether the stream was closed.
	 */
	boolean wasClosed() {
		return this.closed;
	}

	/**
	 * Whether no client can be served any more: the stream was closed, or there are no
	 * threads for it.
	 */
	boolean isClosed() {
		return this.closed || this.dispatcher.isClosed();
	}

}
