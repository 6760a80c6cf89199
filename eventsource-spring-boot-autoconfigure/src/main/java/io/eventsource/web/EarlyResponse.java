package io.eventsource.web;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

import io.eventsource.EventClient;
import io.eventsource.engine.Reconnection;
import io.eventsource.engine.StreamFamily;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.web.filter.ShallowEtagHeaderFilter;

/**
 * The response to a request that gets no stream. It is sent at once, so that a controller
 * that sets the status with which its streams begin does not change it.
 */
final class EarlyResponse {

	private static final Log logger = LogFactory.getLog(EarlyResponse.class);

	private EarlyResponse() {
	}

	/**
	 * Responds to a request for which no stream is to be opened: of a client that has all
	 * of a stream that has ended, one that cannot be streamed to, or a {@code HEAD}
	 * request. The response to any other request is prepared for a stream.
	 * @return whether the response is complete
	 */
	static boolean sendInstead(StreamFamily stream, EventClient client, HttpServletRequest request,
			HttpServletResponse response, StreamingObstacles obstacles) throws IOException {
		if (stream.isOver(client)) {
			// Not for others, who have not got all of it
			send(HttpServletResponse.SC_NO_CONTENT, response);
			return true;
		}
		String obstacle = obstacles.find(stream.name(), request, response);
		if (obstacle != null) {
			response.sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR, obstacle);
			return true;
		}
		if ("HEAD".equals(request.getMethod())) {
			StreamHeaders.set(response);
			return true;
		}
		ShallowEtagHeaderFilter.disableContentCaching(request);
		return false;
	}

	/**
	 * Refuses a client for good.
	 */
	static void send(int status, HttpServletResponse response) {
		response.setHeader("Cache-Control", "no-store");
		response.setStatus(status);
		if (status != HttpServletResponse.SC_NO_CONTENT) {
			response.setContentLength(0);
		}
		send(response::flushBuffer);
	}

	/**
	 * Refuses a client that may come back after a time. To a request that is none of an
	 * {@code EventSource}'s, 200 would be the answer that was asked for.
	 */
	static void send(Duration returnTime, Rejection rejection, HttpServletRequest request,
			HttpServletResponse response) {
		if (rejection == Rejection.STATUS || !StreamHeaders.isForEventSource(request)) {
			response.setHeader("Retry-After", Long.toString(Math.max(1, returnTime.plusMillis(999).toSeconds())));
			send(HttpServletResponse.SC_SERVICE_UNAVAILABLE, response);
			return;
		}
		response.setStatus(HttpServletResponse.SC_OK);
		StreamHeaders.set(response);
		send(() -> {
			OutputStream output = response.getOutputStream();
			StreamHeaders.confirmType(response);
			output.write(Reconnection.preamble(returnTime));
			output.flush();
		});
	}

	/** To a client that has gone nothing need be answered. */
	private static void send(Body body) {
		try {
			body.send();
		}
		catch (IOException ex) {
			logger.debug("A client has gone before it was answered", ex);
		}
	}

	/**
	 * Sends what is left of a response.
	 */
	@FunctionalInterface
	private interface Body {

		void send() throws IOException;

	}

}
