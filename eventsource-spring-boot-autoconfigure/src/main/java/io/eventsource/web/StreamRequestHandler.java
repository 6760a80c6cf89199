package io.eventsource.web;

import java.io.IOException;
import java.util.List;

import io.eventsource.EventClient;
import io.eventsource.RefusalReason;
import io.eventsource.StreamListener;
import io.eventsource.engine.ConnectionAttempt;
import io.eventsource.engine.Reconnection;
import io.eventsource.engine.StreamFamily;
import io.eventsource.engine.StreamRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Answers the requests for streams: connects the client, or refuses it. Thread-safe.
 */
final class StreamRequestHandler {

	private static final Log logger = LogFactory.getLog(EventSourceEndpoint.class);

	private final StreamRegistry registry;

	private final StreamListener listener;

	private final Rejection rejection;

	private final StreamExchange.Environment environment;

	/**
	 * Creates a handler.
	 * @param registry the streams
	 * @param listener learns who is refused
	 * @param rejection how clients are refused that may come back later
	 * @param environment what all responses share
	 */
	StreamRequestHandler(StreamRegistry registry, StreamListener listener, Rejection rejection,
			StreamExchange.Environment environment) {
		this.registry = registry;
		this.listener = listener;
		this.rejection = rejection;
		this.environment = environment;
	}

	/**
	 * Connects a client, if it may connect.
	 * @param family the streams; {@code null} while they are not running
	 * @param definition the definition of the streams
	 * @param topics the topics that the request names
	 * @return the emitter to return from the handler method; {@code null} where the
	 * response is complete
	 */
	@Nullable SseEmitter open(@Nullable StreamFamily family, StreamDefinition definition, RequestTopics topics,
			HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (family == null) {
			return refuse(definition, RefusalReason.SHUTDOWN, request, response);
		}
		// Before anybody is asked: what is revoked while they think counts too
		ConnectionAttempt attempt = this.registry.attempt(family);
		ConnectionRequest connection = ConnectionRequest.of(request, definition, topics);
		if (connection.refusal() != null) {
			return refuse(definition, connection.refusal(), request, response);
		}
		List<EventClient> asked = connection.asked();
		return asked.isEmpty() ? open(attempt, family, definition, connection.client(), request, response) : open(
				attempt.several(asked), family.several(asked), definition, connection.client(), request, response);
	}

	private @Nullable SseEmitter open(ConnectionAttempt attempt, StreamFamily family, StreamDefinition definition,
			EventClient client, HttpServletRequest request, HttpServletResponse response) throws IOException {
		RefusalReason refusal = family.refusal(client);
		if (refusal == null && attempt.isRevoked(client)) {
			refusal = RefusalReason.REVOKED;
		}
		if (refusal != null) {
			return refuse(definition, refusal, request, response);
		}
		if (EarlyResponse.sendInstead(family, client, request, response, this.environment.obstacles())) {
			return null;
		}
		StreamExchange exchange = new StreamExchange(family, client, request, response, this.environment,
				family.isPersonal() || definition.runsForClients());
		refusal = exchange.connect(attempt);
		return (refusal != null) ? refuse(definition, refusal, request, response) : exchange.open();
	}

	private @Nullable SseEmitter refuse(StreamDefinition definition, RefusalReason reason, HttpServletRequest request,
			HttpServletResponse response) {
		String stream = definition.name();
		logger.debug("Refused a client of stream '" + stream + "': " + reason);
		try {
			this.listener.clientRefused(stream, reason);
		}
		catch (Throwable ex) {
			logger.warn("A stream listener failed", ex);
		}
		switch (reason) {
			case UNAUTHORIZED -> EarlyResponse.send(HttpServletResponse.SC_UNAUTHORIZED, response);
			case FORBIDDEN -> EarlyResponse.send(HttpServletResponse.SC_FORBIDDEN, response);
			case BAD_REQUEST -> EarlyResponse.send(HttpServletResponse.SC_BAD_REQUEST, response);
			case NOT_FOUND -> EarlyResponse.send(HttpServletResponse.SC_NOT_FOUND, response);
			default ->
				EarlyResponse.send(Reconnection.returnTime(definition.settings()), this.rejection, request, response);
		}
		return null;
	}

}
