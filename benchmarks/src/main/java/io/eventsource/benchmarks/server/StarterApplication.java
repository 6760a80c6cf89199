package io.eventsource.benchmarks.server;

import java.io.IOException;
import java.util.Objects;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.EventFilter;
import io.eventsource.EventTopics;
import io.eventsource.StreamSnapshot;
import io.eventsource.web.Admission;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamAdmission;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.eclipse.jetty.server.ServerConnector;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * This starter, as its README says.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class StarterApplication {

	@Bean
	EventChannel events(EventChannels channels) {
		return channels.channel("events");
	}

	/**
	 * Asked for each event and client, and hides nothing.
	 */
	@Bean
	@ConditionalOnBooleanProperty("benchmark.filter")
	EventFilter all() {
		return (event, client) -> event.data() != null;
	}

	@Bean
	@ConditionalOnBooleanProperty("benchmark.topics")
	EventTopics rooms(EventChannels channels) {
		return channels.topics("rooms");
	}

	/**
	 * More channels, which nobody publishes to.
	 */
	@Bean
	@ConditionalOnProperty("benchmark.channels")
	static BeanDefinitionRegistryPostProcessor channels(Environment environment) {
		return (registry) -> {
			for (int i = 0; i < environment.getRequiredProperty("benchmark.channels", Integer.class); i++) {
				String name = "channel" + i;
				registry.registerBeanDefinition(name,
						BeanDefinitionBuilder
							.genericBeanDefinition(EventChannel.class,
									() -> ((BeanFactory) registry).getBean(EventChannels.class).channel(name))
							.getBeanDefinition());
			}
		};
	}

	/**
	 * Keeps the name by which a client asks, for the filter of its events.
	 */
	@Bean
	@ConditionalOnBooleanProperty("benchmark.users")
	StreamAdmission users() {
		return (client, request) -> Admission.accept().withAttribute("user", request.getParameter("user"));
	}

	/**
	 * Shows each client the events of its user alone.
	 */
	@Bean
	@ConditionalOnBooleanProperty("benchmark.users")
	EventFilter own() {
		return (event, client) -> Objects.equals(event.key(), client.attributes().get("user"));
	}

	/**
	 * Wraps responses as filters do that know nothing of non-blocking output.
	 */
	@Bean
	@ConditionalOnBooleanProperty("benchmark.fallback")
	FilterRegistrationBean<Filter> fallback() {
		FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> chain
			.doFilter(request, new BlockingResponse((HttpServletResponse) response)));
		registration.setAsyncSupported(true);
		return registration;
	}

	@Bean
	@ConditionalOnProperty("benchmark.socket-buffer")
	WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> socketBuffer(
			@Value("${benchmark.socket-buffer}") String size) {
		return (factory) -> factory.addConnectorCustomizers((connector) -> {
			connector.setProperty("socket.appReadBufSize", size);
			connector.setProperty("socket.appWriteBufSize", size);
		});
	}

	/**
	 * As long a queue as Tomcat's is set to; by default Jetty's takes 50 connections.
	 */
	@Bean
	WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> acceptQueue() {
		return (factory) -> factory.addServerCustomizers((server) -> Stream.of(server.getConnectors())
			.filter(ServerConnector.class::isInstance)
			.map(ServerConnector.class::cast)
			.forEach((connector) -> connector.setAcceptQueueSize(SpringServer.ACCEPT_QUEUE)));
	}

	static StreamServer start(SpringServer.Container container, String... settings) {
		ConfigurableApplicationContext context = SpringServer.start(StarterApplication.class, container, settings);
		EventChannel events = context.getBean("events", EventChannel.class);
		EventSourceEndpoint endpoint = context.getBean(EventSourceEndpoint.class);
		EventTopics topics = context.getBeanProvider(EventTopics.class).getIfAvailable();
		boolean keys = context.getEnvironment().getProperty("benchmark.keys", Boolean.class, false);
		return new StreamServer() {

			@Override
			public int port() {
				return SpringServer.port(context);
			}

			@Override
			public int clients() {
				return endpoint.streams().stream().mapToInt(StreamSnapshot::clients).sum();
			}

			@Override
			public void publish(String id, String data) {
				events.publish(keys ? Event.builder().key(id).data(data).build() : Event.of(data));
			}

			@Override
			public void publish(int topic, String data) {
				if (topics != null) {
					topics.publish(Integer.toString(topic), Event.of(data));
				}
				else {
					events.publish(Event.builder().key(Integer.toString(topic)).data(data).build());
				}
			}

		};
	}

	/**
	 * A response whose output takes no write listener.
	 */
	private static final class BlockingResponse extends HttpServletResponseWrapper {

		private BlockingResponse(HttpServletResponse response) {
			super(response);
		}

		@Override
		public ServletOutputStream getOutputStream() throws IOException {
			ServletOutputStream output = super.getOutputStream();
			return new ServletOutputStream() {

				@Override
				public boolean isReady() {
					return true;
				}

				@Override
				public void setWriteListener(WriteListener listener) {
					throw new UnsupportedOperationException("This output is blocking");
				}

				@Override
				public void write(int b) throws IOException {
					output.write(b);
				}

				@Override
				public void write(byte[] bytes, int offset, int length) throws IOException {
					output.write(bytes, offset, length);
				}

				@Override
				public void flush() throws IOException {
					output.flush();
				}

			};
		}

	}

}
