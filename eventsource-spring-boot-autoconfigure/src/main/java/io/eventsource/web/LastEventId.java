package io.eventsource.web;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.eventsource.Event;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * The id of the last event that a client has received: the header of WHATWG HTML 9.2.4
 * or, since the first request of a browser cannot have it, a query parameter.
 */
final class LastEventId {

	private static final String HEADER = "Last-Event-ID";

	private static final String PARAMETER = "lastEventId";

	/** The parameter as it was sent. */
	private static final Pattern UNDECODED = Pattern.compile("(?:^|&)" + PARAMETER + "=([^&]*)");

	/** No id contains one, so nothing is lost, and a logged id cannot forge a line. */
	private static final Pattern CONTROL_CHARACTER = Pattern.compile("\\p{Cc}");

	private LastEventId() {
	}

	static @Nullable String of(HttpServletRequest request) {
		String id = header(request);
		if (id == null && StreamHeaders.isForEventSource(request)) {
			id = parameter(request);
		}
		if (id == null || id.isEmpty()) {
			return null;
		}
		// Longer than any valid id, so that it remains an unknown id
		String limited = (id.length() > Event.MAX_ID_LENGTH) ? id.substring(0, Event.MAX_ID_LENGTH) + "-" : id;
		return CONTROL_CHARACTER.matcher(limited).replaceAll("\uFFFD");
	}

	/**
	 * Some clients send the header without a value until they have an id.
	 */
	private static @Nullable String header(HttpServletRequest request) {
		String id = request.getHeader(HEADER);
		return (id == null || id.isBlank()) ? null : decode(id);
	}

	/**
	 * Even if the container cannot decode the parameters, the client has an id, and must
	 * be told if it is unknown.
	 */
	private static @Nullable String parameter(HttpServletRequest request) {
		String id = ConnectionRequest.parameter(request, PARAMETER);
		String query = request.getQueryString();
		if (id != null || query == null) {
			return id;
		}
		Matcher undecoded = UNDECODED.matcher(query);
		return undecoded.find() ? undecoded.group(1) : null;
	}

	/**
	 * Browsers send UTF-8, whose bytes containers decode as ISO-8859-1; anything that is
	 * not UTF-8 was sent as ISO-8859-1, as {@code fetch} does.
	 */
	private static String decode(String header) {
		try {
			ByteBuffer bytes = StandardCharsets.ISO_8859_1.newEncoder().encode(CharBuffer.wrap(header));
			return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
		}
		catch (CharacterCodingException ex) {
			return header;
		}
	}

}
