package io.eventsource.autoconfigure;

import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.reactivestreams.Publisher;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.codec.ServerSentEvent;

/**
 * Auto-configuration that tells a reactive application that it serves no event streams.
 */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({ Publisher.class, ServerSentEvent.class })
@ConditionalOnBooleanProperty(name = "eventsource.enabled", matchIfMissing = true)
public final class EventSourceReactiveAutoConfiguration {

	private static final Log logger = LogFactory.getLog(EventSourceReactiveAutoConfiguration.class);

	@Bean
	SmartInitializingSingleton eventSourceReactiveReview(ConfigurableListableBeanFactory beanFactory) {
		return () -> {
			Set<String> streams = new PublisherBeans(beanFactory).find().keySet();
			if (!streams.isEmpty()) {
				logger.warn("The event streams " + streams
						+ " are not served, since this is a reactive application, and "
						+ "they need Spring MVC. Use spring-boot-starter-webmvc instead of "
						+ "spring-boot-starter-webflux, or set spring.main.web-application-type to 'servlet' if it is "
						+ "there; or return a Flux<ServerSentEvent<?>> from a controller of WebFlux, and set "
						+ "eventsource.enabled to false");
			}
		};
	}

}
