package io.eventsource.autoconfigure;

import io.eventsource.autoconfigure.StreamsEndpoint.StreamDescriptor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * The operations of the actuator endpoint over HTTP, whose results depend on the caller.
 */
@EndpointWebExtension(endpoint = StreamsEndpoint.class)
class StreamsEndpointWebExtension {

	private final StreamsEndpoint endpoint;

	StreamsEndpointWebExtension(StreamsEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	@ReadOperation
	@Nullable StreamDescriptor stream(SecurityContext securityContext, @Selector String stream) {
		return this.endpoint.stream(stream, securityContext);
	}

	@ReadOperation
	@Nullable TopicDescriptor topic(SecurityContext securityContext, @Selector String stream, @Selector String topic) {
		return this.endpoint.topic(stream, topic, securityContext);
	}

}
