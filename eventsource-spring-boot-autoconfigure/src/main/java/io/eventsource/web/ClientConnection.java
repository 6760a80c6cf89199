package io.eventsource.web;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.RefusalReason;
import io.eventsource.engine.ConnectionAttempt;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The connection of one client to the engine. What is reported before the client is
 * connected is ignored. Thread-safe.
 */
final class ClientConnection {

	private static final Log logger = LogFactory.getLog(ClientConnection.class);

	private final EventClient client;

	private Runnable onEnd = () -> {
	};

	private volatile @Nullable EventConnection connection;

	ClientConnection(EventClient client) {
		this.client = client;
	}

	EventClient client() {
		return this.client;
	}

	/**
	 * Connects the client to the stream.
	 * @return the reason why the client is refused, or {@code null} if it is connected
	 */
	@Nullable RefusalReason connect(ConnectionAttempt attempt, EventSink sink) {
		RefusalReason refusal = attempt.enter(this.client);
		if (refusal != null) {
			return refusal;
		}
		this.onEnd = attempt::leave;
		try {
			this.connection = attempt.connect(this.client, sink);
		}
		catch (IllegalStateException ex) {
			logger.debug("Stream '" + this.client.stream() + "' was closed while a client came", ex);
			return RefusalReason.SHUTDOWN;
		}
		if (attempt.isRevoked(this.client)) {
			// The client gets the headers, the preamble and the end
			close(CloseReason.REVOKED);
		}
		return null;
	}

	/**
	 * Returns the id by which the client knows its position before the first event.
	 */
	@Nullable String openingId() {
		EventConnection current = this.connection;
		return (current != null) ? current.openingId() : null;
	}

	/**
	 * Reports that more may be written.
	 */
	void writable() {
		EventConnection current = this.connection;
		if (current != null) {
			current.writable();
		}
	}

	/**
	 * Reports that the client cannot be written to.
	 */
	void failed(Throwable cause) {
		// The only notice that Jetty gives
		logger.trace(this.client + " is gone", cause);
		close(CloseReason.DISCONNECTED);
	}

	void close(CloseReason reason) {
		EventConnection current = this.connection;
		if (current != null) {
			current.close(reason);
		}
	}

	/**
	 * Ends the connection as a shutdown does.
	 */
	void sendAway() {
		EventConnection current = this.connection;
		if (current != null) {
			current.sendAway();
		}
	}

	/**
	 * Stops counting the connection, as soon as no thread of the application waits for
	 * it.
	 */
	void release() {
		EventConnection current = this.connection;
		if (current != null) {
			current.whenReleased(this.onEnd);
		}
		else {
			this.onEnd.run();
		}
	}

}
