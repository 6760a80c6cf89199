package io.eventsource.autoconfigure;

import java.util.stream.Stream;

import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.StreamListener;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.web.context.annotation.RequestScope;
import org.springframework.web.context.annotation.SessionScope;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beans that exist for a request only, and are needed on other threads.
 */
class WebScopeTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, WebMvcAutoConfiguration.class,
				EventSourceAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(classes = { RequestFilter.class, SessionFilter.class, BareFilter.class, RequestHistory.class,
			RequestListener.class, RequestWriter.class })
	void beanOfARequestThatOtherThreadsNeedIsExplained(Class<?> configuration) {
		this.runner.withUserConfiguration(OneStream.class, configuration).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new InvalidEventSourceConfigurationFailureAnalyzer()
				.analyze(context.getStartupFailure());
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription()).contains("'culprit' has the scope")
				.contains("it is called on threads that serve clients");
			assertThat(analysis.getAction()).contains("Remove the scope from 'culprit'", "Admission.withParameters");
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class OneStream {

		@Bean
		Flux<Event> ticks() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RequestFilter {

		@Bean
		@RequestScope(proxyMode = ScopedProxyMode.INTERFACES)
		EventFilter culprit() {
			return (event, client) -> true;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SessionFilter {

		@Bean
		@SessionScope(proxyMode = ScopedProxyMode.INTERFACES)
		EventFilter culprit() {
			return (event, client) -> true;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BareFilter {

		@Bean
		@Scope("request")
		EventFilter culprit() {
			return (event, client) -> true;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RequestHistory {

		@Bean
		@RequestScope(proxyMode = ScopedProxyMode.INTERFACES)
		EventHistory culprit() {
			return (id, client, limit) -> Stream.empty();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RequestListener {

		@Bean
		@RequestScope(proxyMode = ScopedProxyMode.INTERFACES)
		StreamListener culprit() {
			return new StreamListener() {
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RequestWriter {

		@Bean
		@RequestScope(proxyMode = ScopedProxyMode.INTERFACES)
		DataWriter culprit() {
			return String::valueOf;
		}

	}

}
