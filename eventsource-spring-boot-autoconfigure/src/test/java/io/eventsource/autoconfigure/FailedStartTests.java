package io.eventsource.autoconfigure;

import java.util.List;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A context that fails to start leaves no thread behind, however often that is tried.
 */
class FailedStartTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, WebMvcAutoConfiguration.class,
				EventSourceAutoConfiguration.class));

	@Test
	void threadsEndWhereAStreamCannotBeMade() {
		assertNoThreadIsLeft(this.runner.withUserConfiguration(FailingPublisher.class));
	}

	@Test
	void threadsEndWhereAnotherBeanFails() {
		assertNoThreadIsLeft(this.runner.withUserConfiguration(FailingBean.class));
	}

	@Test
	void threadsEndWhereAChannelIsToBeServedPerClient() {
		assertNoThreadIsLeft(this.runner.withUserConfiguration(Channel.class)
			.withPropertyValues("eventsource.streams.news.subscription=per-client"));
	}

	private static void assertNoThreadIsLeft(WebApplicationContextRunner runner) {
		List<Thread> before = threads();
		for (int i = 0; i < 3; i++) {
			runner.run((context) -> assertThat(context).hasFailed());
		}
		Awaitility.await().untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
	}

	private static List<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("eventsource-"))
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class FailingPublisher {

		@Bean
		@Lazy
		Publisher<Event> news() {
			throw new IllegalStateException("This publisher cannot be made");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingBean {

		@Bean
		EventChannel news() {
			return EventChannel.create();
		}

		@Bean
		SmartInitializingSingleton failing() {
			return () -> {
				throw new IllegalStateException("This bean fails when all others are there");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Channel {

		@Bean
		EventChannel news() {
			return EventChannel.create();
		}

	}

}
