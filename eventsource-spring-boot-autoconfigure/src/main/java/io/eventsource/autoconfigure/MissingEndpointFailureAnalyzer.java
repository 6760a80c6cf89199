package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains why there is no {@link EventSourceEndpoint} to inject when the streams are
 * disabled.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class MissingEndpointFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {

	private final Environment environment;

	MissingEndpointFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
		boolean enabled = this.environment.getProperty("eventsource.enabled", Boolean.class, true);
		if (enabled || cause.getBeanType() != EventSourceEndpoint.class
				|| cause instanceof NoUniqueBeanDefinitionException) {
			return null;
		}
		return new FailureAnalysis(
				"A bean of the type " + EventSourceEndpoint.class.getName()
						+ " is needed, but eventsource.enabled is false.",
				"Inject an ObjectProvider<EventSourceEndpoint>, put @ConditionalOnBooleanProperty(name = "
						+ "\"eventsource.enabled\", matchIfMissing = true) on what needs the endpoint, or leave out "
						+ "eventsource.enabled.",
				cause);
	}

}
