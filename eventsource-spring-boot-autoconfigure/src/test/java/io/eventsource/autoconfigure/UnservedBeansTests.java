package io.eventsource.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.PersonalStream;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamDefinition;
import io.reactivex.rxjava3.core.Flowable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.web.context.annotation.RequestScope;
import org.springframework.web.context.annotation.SessionScope;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beans that look like streams and are not served: one line at start names each of them.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnservedBeansTests {

	private static final String START = "Not served as event streams: ";

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, WebMvcAutoConfiguration.class,
				EventSourceAutoConfiguration.class));

	@Test
	void oneLineNamesEachBeanAndTheReason(CapturedOutput output) {
		this.runner.withUserConfiguration(Unserved.class).run((context) -> {
			assertThat(names(context.getBean(EventSourceEndpoint.class))).containsExactly("served");
			assertThat(output.toString().lines().filter((line) -> line.contains(START))).singleElement()
				.satisfies((line) -> {
					List<String> reasons = List.of(line.substring(line.indexOf(START) + START.length()).split("; '"));
					assertThat(reasons).hasSize(19);
					Stream.of("anything", "rawPublisher", "rawFlowPublisher", "rawFlowable", "variable")
						.forEach((bean) -> assertThat(reasons)
							.anyMatch((reason) -> isOf(reason, bean) && reason.contains("does not say what")));
					Stream.of("supplier", "callable", "optional", "map", "function", "list", "channels", "personals")
						.forEach((bean) -> assertThat(reasons)
							.anyMatch((reason) -> isOf(reason, bean) && reason.contains("only holds or creates")));
					Stream.of("later", "publisherOfPublishers")
						.forEach((bean) -> assertThat(reasons)
							.anyMatch((reason) -> isOf(reason, bean) && reason.contains("publishes streams")));
					Stream.of("prototype", "ofRequest", "ofSession", "ofRequestWithoutProxy")
						.forEach((bean) -> assertThat(reasons)
							.anyMatch((reason) -> isOf(reason, bean) && reason.contains("has the scope")));
				});
		});
	}

	private static boolean isOf(String reason, String bean) {
		return reason.startsWith(bean + "' (") || reason.startsWith("'" + bean + "' (");
	}

	@Test
	void nothingIsSaidOfBeansThatAreNotMeantAsStreams(CapturedOutput output) {
		this.runner.withUserConfiguration(Unmeant.class)
			.run((context) -> assertThat(output).doesNotContain("Not served"));
	}

	@Test
	void streamOfAParentContextIsNamed(CapturedOutput output) {
		try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext(Parent.class)) {
			this.runner.withParent(parent).run((context) -> {
				assertThat(names(context.getBean(EventSourceEndpoint.class))).isEmpty();
				assertThat(output).contains(START + "'ofParent' (reactor.core.publisher.Flux<io.eventsource.Event>) is "
						+ "declared in a parent context");
			});
		}
	}

	@Test
	void reactiveApplicationIsToldThatItServesNothing(CapturedOutput output) {
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(EventSourceReactiveAutoConfiguration.class,
					EventSourceAutoConfiguration.class))
			.withUserConfiguration(Parent.class)
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(EventSourceEndpoint.class);
				assertThat(output.toString().lines().filter((line) -> line.contains("event streams [ofParent]")))
					.singleElement()
					.asString()
					.contains("spring-boot-starter-webmvc", "spring.main.web-application-type");
			});
	}

	@Test
	void reactiveApplicationWithoutStreamsIsToldNothing(CapturedOutput output) {
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(EventSourceReactiveAutoConfiguration.class))
			.run((context) -> assertThat(output).doesNotContain("event streams"));
	}

	private static List<String> names(EventSourceEndpoint endpoint) {
		return endpoint.definitions().stream().map(StreamDefinition::name).toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class Parent {

		@Bean
		Flux<Event> ofParent() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@SuppressWarnings("rawtypes")
	static class Unserved {

		@Bean
		Flux<Event> served() {
			return Flux.never();
		}

		@Bean
		Flux<?> anything() {
			return Flux.never();
		}

		@Bean
		Publisher rawPublisher() {
			return Flux.never();
		}

		@Bean
		Flow.Publisher rawFlowPublisher() {
			return (subscriber) -> {
			};
		}

		@Bean
		Flowable rawFlowable() {
			return Flowable.never();
		}

		@Bean
		<T> Flux<T> variable() {
			return Flux.never();
		}

		@Bean
		Supplier<Flux<Event>> supplier() {
			return Flux::never;
		}

		@Bean
		Callable<PersonalStream> callable() {
			return () -> (client) -> Flux.never();
		}

		@Bean
		Optional<Publisher<Event>> optional() {
			return Optional.empty();
		}

		@Bean
		Map<String, Flux<Event>> map() {
			return Map.of();
		}

		@Bean
		Function<EventClient, Publisher<Event>> function() {
			return (client) -> Flux.never();
		}

		@Bean
		List<Flow.Publisher<Event>> list() {
			return List.of();
		}

		@Bean
		List<EventChannel> channels() {
			return List.of();
		}

		@Bean
		Supplier<PersonalStream> personals() {
			return () -> (client) -> Flux.never();
		}

		@Bean
		Mono<Flux<Event>> later() {
			return Mono.never();
		}

		@Bean
		Flux<Flux<Event>> publisherOfPublishers() {
			return Flux.never();
		}

		@Bean
		@Scope("prototype")
		Flux<Event> prototype() {
			return Flux.never();
		}

		@Bean
		@RequestScope
		PersonalStream ofRequest() {
			return (client) -> Flux.never();
		}

		@Bean
		@SessionScope
		PersonalStream ofSession() {
			return (client) -> Flux.never();
		}

		@Bean
		@Scope("request")
		PersonalStream ofRequestWithoutProxy() {
			return (client) -> Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Unmeant {

		@Bean
		Flux<Event> served() {
			return Flux.never();
		}

		@Bean
		Flux<String> texts() {
			return Flux.never();
		}

		@Bean
		Supplier<Flux<String>> supplier() {
			return Flux::never;
		}

		@Bean
		List<Event> events() {
			return List.of();
		}

		@Bean
		Sinks.Many<Event> sink() {
			return Sinks.many().multicast().directBestEffort();
		}

		@Bean
		Mono<?> result() {
			return Mono.empty();
		}

		@Bean(autowireCandidate = false)
		Flux<Event> internal() {
			return Flux.never();
		}

		@Bean(defaultCandidate = false)
		EventChannel ofController() {
			return EventChannel.create();
		}

		@Bean(autowireCandidate = false)
		Flux<?> alsoInternal() {
			return Flux.never();
		}

	}

}
