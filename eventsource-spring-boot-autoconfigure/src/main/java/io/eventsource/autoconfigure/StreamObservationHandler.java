package io.eventsource.autoconfigure;

import io.eventsource.web.StreamRequests;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;

import org.springframework.http.server.observation.ServerRequestObservationContext;

/**
 * Removes the error from the observation of a stream: once a stream has been opened, the
 * only possible error is that its client has gone, which is how most streams end. This
 * handler must precede those that record an error as soon as they are notified of it, as
 * those of tracing do.
 */
class StreamObservationHandler implements ObservationHandler<ServerRequestObservationContext> {

	// Null means no error, although the setter does not say so
	@SuppressWarnings("NullAway")
	@Override
	public void onError(ServerRequestObservationContext context) {
		if (context.getCarrier() != null && StreamRequests.isStream(context.getCarrier())) {
			context.setError(null);
		}
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof ServerRequestObservationContext;
	}

}
