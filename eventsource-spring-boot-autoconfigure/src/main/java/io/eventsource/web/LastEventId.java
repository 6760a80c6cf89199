package io.eventsource.web;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.eventsource.Event;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * The id of the last event that a client has: the header of WHATWG HTML 9.2.4 or, since
 * the first request of a browser cannot have it, a query parameter.
 */
final class LastEventId {

	private static final String HEADER = "Last-Event-ID";

	private static final String PARAMETER = "lastEventId";

	/** The parameter as it was sent. */
	private static final Pattern UNDECODED = Pattern.compile("(?:^|&)" + PARAMETER + "=([^&]*)");

	/** No id has one, so that nothing is lost, and who logs an id logs one line. */
	private static final Pattern CONTROL_CHARACTER = Pattern.compile("\\p{Cc}");

	private LastEventId() {
	}

	static @Nullable String of(HttpServletRequest request) {
		String id = request.getHeader(HEADER);
		if (id != null) {
			id = decode(id);
		}
		else if ("GET".equals(request.getMethod())) {
			id = parameter(request);
		}
		if (id == null || id.isEmpty()) {
			return null;
		}
		// Longer than any id there is, and still known to be none
		String limited = (id.length() > Event.MAX_ID_LENGTH) ? id.substring(0, Event.MAX_ID_LENGTH) + "-" : id;
		return CONTROL_CHARACTER.matcher(limited).replaceAll("\uFFFD");
	}

	/**
	 * Where the container cannot decode the parameters, the client has an id all the
	 * same, and is to be told if that is unknown.
	 */
	private static @Nullable String parameter(HttpServletRequest request) {
		String id = Reception.parameter(request, PARAMETER);
		String query = request.getQueryString();
		if (id != null || query == null) {
			return id;
		}
		Matcher undecoded = UNDECODED.matcher(query);
		return undecoded.find() ? undecoded.group(1) : null;
	}

	/**
	 * Clients send UTF-8; containers hand over its bytes as ISO-8859-1.
	 */
	private static String decode(String header) {
		for (int i = 0; i < header.length(); i++) {
			if (header.charAt(i) > 0xFF) {
				return header;
			}
		}
		return new String(header.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
	}

}
