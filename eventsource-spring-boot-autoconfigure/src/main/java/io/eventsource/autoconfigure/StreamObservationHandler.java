package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;

import org.springframework.http.server.observation.ServerRequestObservationContext;

/**
 * Takes the error from the observation of a stream: the only one that there can be, once
 * a stream was opened, is that its client has gone, which is how most streams end. Must
 * come before the handlers that note the error as soon as they are told of it, as those
 * of tracing do.
 */
class StreamObservationHandler implements ObservationHandler<ServerRequestObservationContext> {

	// No error is null, although the setter does not say so
	@SuppressWarnings("NullAway")
	@Override
	public void onError(ServerRequestObservationContext context) {
		if (context.getCarrier() != null && EventSourceEndpoint.isStream(context.getCarrier())) {
			context.setError(null);
		}
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof ServerRequestObservationContext;
	}

}
