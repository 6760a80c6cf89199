package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health indicator of event streams.
 */
@AutoConfiguration(after = EventSourceAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(EventSourceEndpoint.class)
@ConditionalOnEnabledHealthIndicator("eventsource")
public final class EventSourceHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "eventsourceHealthIndicator")
	StreamsHealthIndicator eventsourceHealthIndicator(EventSourceEndpoint endpoint) {
		return new StreamsHealthIndicator(endpoint);
	}

}
