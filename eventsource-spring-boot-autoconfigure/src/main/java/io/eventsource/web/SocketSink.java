package io.eventsource.web;

import java.io.IOException;
import java.time.Duration;

import io.eventsource.CloseReason;
import io.eventsource.EventSink;
import org.jspecify.annotations.Nullable;

/**
 * Where the engine sends the bytes of a client whose connection the container may hand
 * over: to the response, until that has happened, and if it does not; and to the socket
 * from then on. Thread-safe, as far as an {@link EventSink} must be.
 */
final class SocketSink implements EventSink, SocketListener {

	private final ClientConnection connection;

	private final DirectConnections connections;

	private final Duration writeTimeout;

	/** Where the bytes go while there is no socket. */
	private volatile @Nullable SseEmitterSink response;

	private volatile @Nullable ClientSocket socket;

	/** For the application's code that may run for this client. */
	private final @Nullable RequestContext context;

	private boolean completed;

	/**
	 * Creates a sink that writes to the response.
	 * @param context the context in which code of the application runs for this client
	 * later on; {@code null} if there is no such code
	 */
	SocketSink(ClientConnection connection, SseEmitterSink response, DirectConnections connections,
			@Nullable RequestContext context) {
		this.connection = connection;
		this.context = context;
		this.response = response;
		this.writeTimeout = response.writeTimeout();
		this.connections = connections;
	}

	/**
	 * Takes note that the response goes the ordinary way.
	 * @param obstacle what keeps the socket from being taken
	 */
	void refused(String obstacle) {
		this.connections.refused(this.connection.client(), obstacle);
	}

	/**
	 * Takes the socket, unless the response was completed before.
	 * @return whether the socket was taken
	 */
	synchronized boolean take(SocketOffer offer) {
		if (this.completed) {
			return false;
		}
		this.connections.opened(this);
		this.socket = offer.handOver(this);
		this.response = null;
		return true;
	}

	@Override
	public boolean isReady() {
		ClientSocket current = this.socket;
		return (current != null) ? current.isReady() : ordinary().isReady();
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		ClientSocket current = this.socket;
		if (current != null) {
			current.write(bytes, offset, length);
		}
		else {
			ordinary().write(bytes, offset, length);
		}
	}

	@Override
	public void flush() throws IOException {
		if (this.socket == null) {
			ordinary().flush();
		}
	}

	/** The container is only late with a socket: a filter is still busy. */
	@Override
	public void neverReady() {
		SseEmitterSink current = this.response;
		if (current != null) {
			current.neverReady();
		}
	}

	@Override
	public boolean keepsPositions() {
		return ordinary().keepsPositions();
	}

	@Override
	public void runInContext(Runnable task) {
		SseEmitterSink current = this.response;
		if (current != null) {
			current.runInContext(task);
		}
		else if (this.context != null) {
			this.context.run(task);
		}
		else {
			task.run();
		}
	}

	@Override
	public boolean awaitsPublisher() {
		SseEmitterSink current = this.response;
		return current != null && current.awaitsPublisher();
	}

	@Override
	public void publisherCalled() {
		SseEmitterSink current = this.response;
		if (current != null) {
			current.publisherCalled();
		}
	}

	@Override
	public void publisherStarted() {
		SseEmitterSink current = this.response;
		if (current != null) {
			current.publisherStarted();
		}
	}

	@Override
	public boolean publisherFailed(Throwable cause) {
		SseEmitterSink current = this.response;
		return current != null && current.publisherFailed(cause);
	}

	@Override
	public void complete() {
		complete(CloseReason.COMPLETED);
	}

	@Override
	public void complete(CloseReason reason) {
		ClientSocket current;
		synchronized (this) {
			this.completed = true;
			current = this.socket;
		}
		if (current == null) {
			ordinary().complete(reason);
			return;
		}
		try {
			current.close(SseEmitterSink.patience(reason, this.writeTimeout));
		}
		finally {
			this.connection.release();
		}
	}

	private SseEmitterSink ordinary() {
		SseEmitterSink current = this.response;
		if (current == null) {
			throw new IllegalStateException("The response has become a socket");
		}
		return current;
	}

	@Override
	public void writable() {
		this.connection.writable();
	}

	@Override
	public void gone() {
		this.connection.close(CloseReason.DISCONNECTED);
	}

	@Override
	public void closed() {
		gone();
		this.connections.closed(this, this.context);
	}

}
