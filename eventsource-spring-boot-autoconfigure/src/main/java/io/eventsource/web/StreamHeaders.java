package io.eventsource.web;

import java.util.Locale;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * The headers of a response that is an event stream.
 */
final class StreamHeaders {

	private static final String TYPE = "text/event-stream";

	private static final String CHARSET = "utf-8";

	/** The headers for proxies, unless the application sets others. */
	private static final Map<String, String> HEADERS = Map.of("Cache-Control", "no-cache, no-store, no-transform",
			"X-Accel-Buffering", "no");

	private StreamHeaders() {
	}

	/**
	 * Declares that a response is an event stream. The charset is included: otherwise
	 * some clients assume ISO-8859-1, and a charset set by a filter would appear, which
	 * makes a browser reject the stream for good (WHATWG 9.2.5).
	 */
	static void set(HttpServletResponse response) {
		response.setContentType(TYPE + ";charset=" + CHARSET);
		confirmType(response);
		HEADERS.forEach((name, value) -> {
			if (!response.containsHeader(name)) {
				response.setHeader(name, value);
			}
		});
	}

	/**
	 * Removes the headers, since the response has become another one. Spring MVC removes
	 * the content type.
	 */
	// Null means no value, as Servlet 6.1 says
	@SuppressWarnings("NullAway")
	static void remove(HttpServletResponse response) {
		HEADERS.forEach((name, value) -> {
			if (value.equals(response.getHeader(name))) {
				response.setHeader(name, null);
			}
		});
	}

	/**
	 * Declares again that a response is an event stream, if a filter or its wrapper has
	 * changed the content type.
	 */
	static void confirmType(HttpServletResponse response) {
		String type = response.getContentType();
		if (type == null || !type.replace(" ", "").toLowerCase(Locale.ROOT).equals(TYPE + ";charset=" + CHARSET)) {
			response.setContentType(TYPE);
			response.setCharacterEncoding(CHARSET);
		}
	}

	/**
	 * Whether a request may come from an {@code EventSource}, which remembers positions,
	 * comes back by itself, and gives up for good on any status other than 200.
	 */
	static boolean isForEventSource(HttpServletRequest request) {
		return "GET".equals(request.getMethod()) || "HEAD".equals(request.getMethod());
	}

}
