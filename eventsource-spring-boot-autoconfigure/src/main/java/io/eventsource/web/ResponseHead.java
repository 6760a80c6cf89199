package io.eventsource.web;

import java.io.IOException;
import java.io.OutputStream;

import io.eventsource.ConnectionSettings;
import io.eventsource.EventClient;
import io.eventsource.engine.Reconnection;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * What a client is sent before the first event: the headers and, if it is an
 * {@code EventSource}, a reconnection time and its position.
 */
final class ResponseHead {

	private final HttpServletRequest request;

	private final HttpServletResponse response;

	private final EventClient client;

	private final ConnectionSettings settings;

	private final StreamingObstacles obstacles;

	ResponseHead(HttpServletRequest request, HttpServletResponse response, EventClient client,
			ConnectionSettings settings, StreamingObstacles obstacles) {
		this.request = request;
		this.response = response;
		this.client = client;
		this.settings = settings;
		this.obstacles = obstacles;
	}

	/**
	 * Sets the headers, which go out with the first bytes.
	 */
	void set() {
		StreamHeaders.set(this.response);
	}

	/**
	 * Announces that the response ends with the connection, so that its body is sent as
	 * it is.
	 */
	void closeConnection() {
		this.response.setHeader("Connection", "close");
	}

	/**
	 * Sends the head.
	 * @param openingId the id of the position of the client, if it is to know one
	 */
	void send(@Nullable String openingId) throws IOException {
		OutputStream output = this.response.getOutputStream();
		if (StreamHeaders.isForEventSource(this.request)) {
			output.write(Reconnection.preamble(this.settings.retry()));
			output.write(Reconnection.position(openingId, this.settings.heartbeat().event()));
		}
		StreamHeaders.confirmType(this.response);
		output.flush();
		if (!this.response.isCommitted()) {
			this.obstacles.heldBack(this.client.stream(), this.request, this.response);
		}
	}

	/**
	 * Takes the headers back, if they were not sent, since the response has become
	 * another one.
	 */
	void takeBack() {
		if (!this.response.isCommitted()) {
			StreamHeaders.remove(this.response);
		}
	}

}
