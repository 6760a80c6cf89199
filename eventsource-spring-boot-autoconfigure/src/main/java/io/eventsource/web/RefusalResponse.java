package io.eventsource.web;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

import io.eventsource.engine.EventStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The response to a client that gets no stream. It is sent at once, so that a controller
 * that says with which status its streams begin does not change it.
 */
final class RefusalResponse {

	private static final Log logger = LogFactory.getLog(RefusalResponse.class);

	private RefusalResponse() {
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
			output.write(EventStream.preamble(returnTime));
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
