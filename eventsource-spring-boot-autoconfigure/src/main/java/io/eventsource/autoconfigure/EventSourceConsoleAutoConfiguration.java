package io.eventsource.autoconfigure;

import java.util.Set;

import io.eventsource.EventChannel;
import io.eventsource.EventTopics;
import io.eventsource.autoconfigure.EventSourceProperties.ConsoleProperties;
import io.eventsource.console.ConsoleRoutes;
import io.eventsource.console.ConsoleSettings;
import io.eventsource.web.EventSourceEndpoint;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Auto-configuration of the console, a page that shows the streams. There is none unless
 * it is enabled, which Spring Boot's developer tools do.
 */
@AutoConfiguration(after = EventSourceAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty("eventsource.console.enabled")
@ConditionalOnClass(JsonMapper.class)
@ConditionalOnBean(EventSourceEndpoint.class)
@ImportRuntimeHints(ConsoleRuntimeHints.class)
public final class EventSourceConsoleAutoConfiguration {

	private static final Log logger = LogFactory.getLog(EventSourceConsoleAutoConfiguration.class);

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	RouterFunction<ServerResponse> eventSourceConsoleRoutes(EventSourceProperties properties,
			EventSourceEndpoint endpoint, BeanFactory beanFactory) {
		ConsoleSettings settings = settings(properties.console());
		String at = "The console of the event streams is at " + settings.path();
		switch (settings.access()) {
			case AUTHENTICATED -> logger.info(at + ", for users who have signed in");
			case LOCAL -> logger.info(at + ", for requests from this machine and users who have signed in");
			case ANY -> logger.warn(at + ", for everybody whom the application lets through, since "
					+ "eventsource.console.access is any");
		}
		return ConsoleRoutes.of(settings, endpoint, (name) -> findOpenToCode(name, beanFactory));
	}

	private static ConsoleSettings settings(ConsoleProperties console) {
		try {
			return new ConsoleSettings(console.path(), console.access(), console.roles(),
					Set.copyOf(console.actions()));
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidEventSourceConfigurationException("eventsource." + ex.getMessage() + ".",
					"Change eventsource.console.path, for example to '/eventsource-console'.");
		}
	}

	private static @Nullable Object findOpenToCode(String name, BeanFactory beanFactory) {
		boolean found = beanFactory.containsBean(name) && (beanFactory.isTypeMatch(name, EventChannel.class)
				|| beanFactory.isTypeMatch(name, EventTopics.class));
		return found ? beanFactory.getBean(name) : null;
	}

}
