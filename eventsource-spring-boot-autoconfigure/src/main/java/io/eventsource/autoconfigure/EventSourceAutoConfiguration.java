package io.eventsource.autoconfigure;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

import io.eventsource.StreamSettings;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.web.DisconnectedClientResolver;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.EventSourceHandlerMapping;
import io.eventsource.web.StreamInterceptor;
import org.apache.coyote.http2.Http2Protocol;
import org.eclipse.jetty.compression.gzip.GzipCompression;
import org.reactivestreams.Publisher;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.thread.Threading;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.handler.MappedInterceptor;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Auto-configuration that serves every publisher of events as an event stream.
 */
@AutoConfiguration(after = EventSourceChannelsAutoConfiguration.class,
		afterName = { "org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration",
				"org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration" })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ DispatcherServlet.class, SseEmitter.class, Publisher.class })
@ConditionalOnBooleanProperty(name = "eventsource.enabled", matchIfMissing = true)
@EnableConfigurationProperties(EventSourceProperties.class)
@Import(JsonDataConfiguration.class)
@ImportRuntimeHints(EventSourceRuntimeHints.class)
public final class EventSourceAutoConfiguration {

	@Bean
	LateBeans eventSourceLateBeans(ConfigurableListableBeanFactory beanFactory) {
		return new LateBeans(beanFactory);
	}

	@Bean
	@ConditionalOnMissingBean
	EventSourceEndpoint eventSourceEndpoint(EventSourceProperties properties,
			ConfigurableListableBeanFactory beanFactory, LateBeans lateBeans, Environment environment) {
		StreamDefinitions streams = new StreamDefinitions(properties, environment);
		StreamSettings defaults = streams.defaults();
		StreamRules rules = new StreamRules(beanFactory);
		boolean virtual = Threading.VIRTUAL.isActive(environment);
		int threads = DispatcherThreads.of(properties);
		Duration stallTimeout = DispatcherThreads.stallTimeout(properties);
		return new EventSourceEndpoint(streams.of(new PublisherBeans(beanFactory).find(), rules, beanFactory),
				streams.endpoint(defaults, rules), lateBeans.writer(),
				new CompositeStreamListener(lateBeans.listeners()),
				() -> new Dispatcher(threads, virtual ? executor("eventsource-intake-", true) : null, stallTimeout),
				executor("eventsource-send-", virtual));
	}

	private static Executor executor(String prefix, boolean virtual) {
		SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor(prefix);
		ThreadFactory threads = virtual ? VirtualThreads.factory(prefix) : null;
		if (threads != null) {
			executor.setThreadFactory(threads);
		}
		else {
			executor.setVirtualThreads(virtual);
		}
		return executor;
	}

	@Bean
	@ConditionalOnMissingBean
	EventSourceLifecycle eventSourceLifecycle(EventSourceEndpoint endpoint, EventSourceProperties properties,
			ApplicationContext context) {
		Environment environment = context.getEnvironment();
		DrainTime drain = DrainTime.of(new StreamDefinitions(properties, environment).drain(), environment);
		return new EventSourceLifecycle(endpoint, drain,
				() -> context instanceof WebServerApplicationContext web && web.getWebServer() != null);
	}

	@Bean
	StartupReview eventSourceStartupReview(EventSourceProperties properties, Environment environment,
			ConfigurableListableBeanFactory beanFactory) {
		return new StartupReview(properties, environment, beanFactory);
	}

	@Bean(defaultCandidate = false)
	EventSourceHandlerMapping eventSourceHandlerMapping(EventSourceEndpoint endpoint,
			@Qualifier("requestMappingHandlerMapping") ObjectProvider<RequestMappingHandlerMapping> mvc) {
		return mapping(new EventSourceHandlerMapping(endpoint, false), EventSourceHandlerMapping.FIRST, mvc);
	}

	@Bean(defaultCandidate = false)
	EventSourceHandlerMapping eventSourceFallbackHandlerMapping(EventSourceEndpoint endpoint,
			@Qualifier("requestMappingHandlerMapping") ObjectProvider<RequestMappingHandlerMapping> mvc) {
		return mapping(new EventSourceHandlerMapping(endpoint, true), Ordered.LOWEST_PRECEDENCE - 11, mvc);
	}

	/**
	 * What the application has set for all of Spring MVC reaches only the mappings that
	 * Spring MVC makes itself, of which this one has it.
	 */
	private static EventSourceHandlerMapping mapping(EventSourceHandlerMapping mapping, int order,
			ObjectProvider<RequestMappingHandlerMapping> mvc) {
		mapping.setOrder(order);
		mvc.ifAvailable(mapping::adopt);
		return mapping;
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "eventsource.end-with-session", matchIfMissing = true)
	StreamSessionListener eventSourceSessionListener(ObjectProvider<EventSourceEndpoint> endpoint) {
		return new StreamSessionListener(endpoint);
	}

	@Bean
	DisconnectedClientResolver eventSourceDisconnectedClientResolver() {
		return new DisconnectedClientResolver();
	}

	@Bean
	MappedInterceptor eventSourceStreamInterceptor() {
		return new MappedInterceptor((String[]) null, new StreamInterceptor());
	}

	@Bean
	ReadinessAdmission eventSourceReadinessAdmission(ObjectProvider<ApplicationAvailability> availability) {
		return new ReadinessAdmission(availability);
	}

	/**
	 * Ends connections when the token expires that they were opened with.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Authentication.class, OAuth2Token.class })
	static class TokenConfiguration {

		@Bean
		TokenExpiryAdmission eventSourceTokenExpiryAdmission() {
			return new TokenExpiryAdmission();
		}

	}

	/**
	 * Lets compressed events out of Jetty.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ JettyServletWebServerFactory.class, GzipCompression.class })
	static class JettyConfiguration {

		@Bean
		JettyCompressionCustomizer eventSourceJettyCompressionCustomizer() {
			return new JettyCompressionCustomizer();
		}

	}

	/**
	 * Lets clients of Tomcat learn that their stream has ended.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ConfigurableTomcatWebServerFactory.class, Http2Protocol.class })
	@EnableConfigurationProperties(TomcatProperties.class)
	static class TomcatConfiguration {

		@Bean
		TomcatHttp2Customizer eventSourceTomcatHttp2Customizer(TomcatProperties properties) {
			return new TomcatHttp2Customizer(properties.http2ResetFactor());
		}

		@Bean
		TomcatResponseCustomizer eventSourceTomcatResponseCustomizer() {
			return new TomcatResponseCustomizer();
		}

		@Bean
		@ConditionalOnBooleanProperty(name = "eventsource.tomcat.direct")
		TomcatSocketCustomizer eventSourceTomcatSocketCustomizer(TomcatProperties properties) {
			return new TomcatSocketCustomizer(properties.leanSockets());
		}

	}

}
