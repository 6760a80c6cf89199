package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationHandler;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.observation.ServerRequestObservationContext;

/**
 * Auto-configuration of the meters of event streams.
 */
@AutoConfiguration(after = EventSourceAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(EventSourceEndpoint.class)
public final class EventSourceMetricsAutoConfiguration {

	@Bean
	@ConditionalOnBean(MeterRegistry.class)
	@ConditionalOnMissingBean
	EventSourceMetrics eventSourceMetrics(ObjectProvider<EventSourceEndpoint> endpoint, MeterRegistry registry) {
		return new EventSourceMetrics(endpoint, registry);
	}

	@Bean
	@ConditionalOnBean(value = EventSourceMetrics.class, search = SearchStrategy.CURRENT)
	@ConditionalOnMissingBean(value = MeterRegistry.class, search = SearchStrategy.CURRENT)
	InheritedMeters eventSourceInheritedMeters(EventSourceMetrics metrics, MeterRegistry registry) {
		return new InheritedMeters(metrics, registry);
	}

	/**
	 * How streams take part in the observation of requests.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ObservationHandler.class, ServerRequestObservationContext.class })
	static class RequestsConfiguration {

		/** Keeps streams, which last for hours, out of the meters of requests. */
		@Bean
		@ConditionalOnBooleanProperty(name = "eventsource.metrics.http-server-requests", havingValue = false)
		StreamRequestPredicate eventSourceObservationPredicate(ObjectProvider<EventSourceEndpoint> endpoint) {
			return new StreamRequestPredicate(endpoint);
		}

	}

}
