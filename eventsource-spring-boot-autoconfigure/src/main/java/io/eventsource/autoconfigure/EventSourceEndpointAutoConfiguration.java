package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the actuator endpoint that shows event streams.
 */
@AutoConfiguration(after = EventSourceAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(EventSourceEndpoint.class)
@ConditionalOnAvailableEndpoint(StreamsEndpoint.class)
@EnableConfigurationProperties(StreamsEndpointProperties.class)
public final class EventSourceEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	StreamsEndpoint eventSourceStreamsEndpoint(EventSourceEndpoint endpoint, StreamsEndpointProperties properties) {
		return new StreamsEndpoint(endpoint, properties.showValues(), properties.roles());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(StreamsEndpoint.class)
	@ConditionalOnAvailableEndpoint(endpoint = StreamsEndpoint.class, exposure = EndpointExposure.WEB)
	StreamsEndpointWebExtension eventSourceStreamsEndpointWebExtension(StreamsEndpoint endpoint) {
		return new StreamsEndpointWebExtension(endpoint);
	}

}
