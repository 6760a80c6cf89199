package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;

import org.springframework.http.server.observation.ServerRequestObservationContext;

/**
 * Takes the error from the observation of a stream: the only one that there can be, once
 * a stream was opened, is that its client has gone, which is how most streams end.
 */
class StreamObservationFilter implements ObservationFilter {

	// No error is null, although the setter does not say so
	@SuppressWarnings("NullAway")
	@Override
	public Observation.Context map(Observation.Context context) {
		if (context.getError() != null && context instanceof ServerRequestObservationContext request
				&& request.getCarrier() != null && EventSourceEndpoint.isStream(request.getCarrier())) {
			context.setError(null);
			context.addLowCardinalityKeyValue(KeyValue.of("exception", KeyValue.NONE_VALUE));
		}
		return context;
	}

}
