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

	/** What proxies are told, unless the application tells them something else. */
	private static final Map<String, String> HEADERS = Map.of("Cache-Control", "no-cache, no-store, no-transform",
			"X-Accel-Buffering", "no");

	private StreamHeaders() {
	}

	/**
	 * Says that a response is an event stream. The charset is said as well: some clients
	 * take ISO-8859-1 otherwise, and what a filter has set would stand there instead, for
	 * which a browser refuses the stream for good (WHATWG 9.2.5).
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
	 * Takes back what was said, since the response has become another one. The type is
	 * Spring MVC's to take back.
	 */
	// No value is null, as Servlet 6.1 says
	@SuppressWarnings("NullAway")
	static void remove(HttpServletResponse response) {
		HEADERS.forEach((name, value) -> {
			if (value.equals(response.getHeader(name))) {
				response.setHeader(name, null);
			}
		});
	}

	/**
	 * Says again that a response is an event stream, if a filter or its wrapper has made
	 * something else of it.
	 */
	static void confirmType(HttpServletResponse response) {
		String type = response.getContentType();
		if (type == null || !type.replace(" ", "").toLowerCase(Locale.ROOT).equals(TYPE + ";charset=" + CHARSET)) {
			response.setContentType(TYPE);
			response.setCharacterEncoding(CHARSET);
		}
	}

	/**
	 * Whether a request may come from an {@code EventSource}, which keeps positions,
	 * comes back by itself, and gives up for good on any status but 200.
	 */
	static boolean isForEventSource(HttpServletRequest request) {
		return "GET".equals(request.getMethod()) || "HEAD".equals(request.getMethod());
	}

}
