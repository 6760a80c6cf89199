package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationPredicate;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.server.observation.ServerRequestObservationContext;

/**
 * Allows the observation of all requests except those for streams.
 */
class StreamRequestPredicate implements ObservationPredicate {

	private final ObjectProvider<EventSourceEndpoint> endpoint;

	StreamRequestPredicate(ObjectProvider<EventSourceEndpoint> endpoint) {
		this.endpoint = endpoint;
	}

	@Override
	public boolean test(String name, Observation.Context context) {
		return !(context instanceof ServerRequestObservationContext request) || !isStream(request.getCarrier());
	}

	private boolean isStream(@Nullable HttpServletRequest request) {
		if (request == null) {
			return false;
		}
		// Relative to the servlet, as the paths of the streams are
		String path = (request.getPathInfo() != null) ? request.getPathInfo() : request.getServletPath();
		return this.endpoint.getObject().definitions().stream().anyMatch((stream) -> stream.isServedAt(path));
	}

}
