package io.eventsource.autoconfigure;

import java.util.List;
import java.util.concurrent.Flow;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.http.codec.ServerSentEvent;

/**
 * Applications with event streams, for the tests of what becomes of them when they start.
 */
final class StreamApplications {

	static WebApplicationContextRunner runner() {
		return new WebApplicationContextRunner().withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class,
				WebMvcAutoConfiguration.class, TaskExecutionAutoConfiguration.class,
				TaskSchedulingAutoConfiguration.class, EventSourceAutoConfiguration.class));
	}

	private StreamApplications() {
	}

	@Configuration(proxyBeanMethods = false)
	static class OneStream {

		@Bean
		Flux<Event> ticks() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ChannelOnly {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ManyStreams {

		@Bean
		@Primary
		Flux<Event> flux() {
			return Flux.never();
		}

		@Bean
		EventChannel channel() {
			return EventChannel.create();
		}

		@Bean
		Publisher<Event> publisher() {
			return Flux.never();
		}

		@Bean
		Flow.Publisher<Event> flow() {
			return FlowAdapters.toFlowPublisher(Flux.never());
		}

		@Bean
		Flux<ServerSentEvent<String>> springEvents() {
			return Flux.never();
		}

		@Bean
		Flux<String> texts() {
			return Flux.never();
		}

		@Bean
		Publisher<?> unknown() {
			return Flux.just(Event.of("secret"));
		}

		@Bean
		List<Event> list() {
			return List.of();
		}

		@Bean(autowireCandidate = false)
		Flux<Event> internal() {
			return Flux.never();
		}

		@Bean
		@Scope("prototype")
		Flux<Event> prototype() {
			return Flux.never();
		}

	}

}
