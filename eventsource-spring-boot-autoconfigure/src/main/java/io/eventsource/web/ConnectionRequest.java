package io.eventsource.web;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

import io.eventsource.EventClient;
import io.eventsource.RefusalReason;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;

/**
 * A client that asks for a stream, and whether it is admitted.
 *
 * @param client what is known of the client
 * @param refusal why it is not let in; {@code null} if it is
 * @param asked the client as it was let in to each topic, if it asks for several
 */
record ConnectionRequest(EventClient client, @Nullable RefusalReason refusal, List<EventClient> asked) {

	/** Request attribute that tells that the request has come with a valid session. */
	private static final String SESSION = ConnectionRequest.class.getName() + ".session";

	/** More than any client can mean. */
	private static final int MAX_TYPES = 100;

	private static final AtomicLong ids = new AtomicLong();

	ConnectionRequest(EventClient client, @Nullable RefusalReason refusal) {
		this(client, refusal, List.of());
	}

	/**
	 * Looks at a request, and asks those who decide.
	 * @param topics the topics that the request names
	 */
	static ConnectionRequest of(HttpServletRequest request, StreamDefinition definition, RequestTopics topics) {
		if (!topics.valid()) {
			return SeveralRequests.refused(request, definition);
		}
		return (topics.names().size() > 1) ? SeveralRequests.of(request, definition, topics.names())
				: of(nextId(), request, definition, topics.single());
	}

	/**
	 * Makes the id of a connection.
	 */
	static String nextId() {
		return Long.toString(ids.incrementAndGet(), 36);
	}

	/**
	 * Looks at a request for one stream.
	 * @param id the id of the connection
	 * @param topic the topic; {@code null} if there is none
	 */
	static ConnectionRequest of(String id, HttpServletRequest request, StreamDefinition definition,
			@Nullable String topic) {
		StreamAccess access = definition.access();
		EventClient.Builder builder = EventClient.builder(id, definition.name())
			.principal(request.getUserPrincipal())
			.sessionId(session(request))
			.remoteAddress(request.getRemoteAddr())
			.types(types(request, access.typesParameter()))
			.lastEventId(LastEventId.of(request));
		EventClient known = builder.build();
		EventClient client = builder.topic(RequestTopics.of(definition.topics(), topic, known)).build();
		if (!RequestTopics.isTopic(client.topic())) {
			return new ConnectionRequest(client, RefusalReason.NOT_FOUND);
		}
		Admission admission = admission(access, client, request);
		if (admission.refusal() != null) {
			return new ConnectionRequest(client, admission.refusal());
		}
		return admitted(builder, client, admission, definition.topics(), request);
	}

	private static Admission admission(StreamAccess access, EventClient client, HttpServletRequest request) {
		Admission admission = Admission.accept();
		for (StreamAdmission each : access.admissions()) {
			admission = admission.and(each.admit(client, request));
			if (admission.refusal() != null) {
				return admission;
			}
		}
		return admission;
	}

	private static ConnectionRequest admitted(EventClient.Builder builder, EventClient asked, Admission admission,
			@Nullable TopicRules rules, HttpServletRequest request) {
		EventClient client = builder.expires(admission.end())
			.principal((asked.principal() != null) ? asked.principal() : admission.principal())
			// Or the one that was begun meanwhile
			.sessionId((asked.sessionId() != null) ? asked.sessionId() : session(request))
			.parameters(kept(admission.parameters(), (name) -> parameter(request, name)))
			.headers(kept(admission.headers(), request::getHeader))
			.attributes(admission.attributes())
			.build();
		return withTopic(builder, client, rules, request);
	}

	private static ConnectionRequest withTopic(EventClient.Builder builder, EventClient accepted,
			@Nullable TopicRules rules, HttpServletRequest request) {
		if (rules == null) {
			return new ConnectionRequest(accepted, over(accepted, request));
		}
		// The user may have become known only now
		EventClient client = builder.topic(RequestTopics.of(rules, accepted.topic(), accepted)).build();
		if (client.topic() == null) {
			return new ConnectionRequest(client, RefusalReason.UNAUTHORIZED);
		}
		return new ConnectionRequest(client,
				RequestTopics.isTopic(client.topic()) ? over(client, request) : RefusalReason.NOT_FOUND);
	}

	/**
	 * Why a client is not let in although nobody has refused it: what it was let in by is
	 * over already.
	 */
	private static @Nullable RefusalReason over(EventClient client, HttpServletRequest request) {
		if (client.expires() != null && !client.expires().isAfter(Instant.now())) {
			return RefusalReason.EXPIRED;
		}
		boolean loggedOut = client.principal() != null && client.sessionId() == null
				&& request.getAttribute(SESSION) != null;
		return loggedOut ? RefusalReason.REVOKED : null;
	}

	/**
	 * Takes note of the session that a request has come with. The user may have been
	 * determined from it, long before a stream is opened.
	 */
	static void begin(HttpServletRequest request) {
		if (request.getRequestedSessionId() != null && request.isRequestedSessionIdValid()) {
			request.setAttribute(SESSION, Boolean.TRUE);
		}
	}

	private static @Nullable String session(HttpServletRequest request) {
		HttpSession session = request.getSession(false);
		return (session != null) ? session.getId() : null;
	}

	private static Set<String> types(HttpServletRequest request, String parameter) {
		Set<String> types = new LinkedHashSet<>();
		for (String value : parameter.isEmpty() ? new String[0] : parameters(request, parameter)) {
			for (String type : value.split(",", MAX_TYPES + 1)) {
				if (!type.isBlank() && types.size() < MAX_TYPES) {
					types.add(type.strip());
				}
			}
		}
		return types;
	}

	/**
	 * Reads all values of a parameter, likewise.
	 */
	static String[] parameters(HttpServletRequest request, String name) {
		String[] values = read(() -> request.getParameterValues(name));
		return (values != null) ? values : new String[0];
	}

	private static Map<String, String> kept(Collection<String> names, Function<String, @Nullable String> source) {
		Map<String, String> kept = new HashMap<>();
		for (String name : names) {
			String value = source.apply(name);
			if (value != null) {
				kept.put(name, value);
			}
		}
		return kept;
	}

	/**
	 * Reads a parameter. One that the container cannot decode is not there: to answer
	 * with an error would make a browser give up for good.
	 */
	static @Nullable String parameter(HttpServletRequest request, String name) {
		return read(() -> request.getParameter(name));
	}

	private static <T> @Nullable T read(Supplier<@Nullable T> parameter) {
		try {
			return parameter.get();
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

}
