package io.eventsource.web;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.PersonalStream;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Sinks;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Code of the application that asks a request for something after the socket of its
 * stream was handed over, and the request is over.
 */
class DirectRequestTests {

	private TestServer server;

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void requestThatIsAskedAfterwardsDoesNotAnswerForAnother() throws Exception {
		start();
		Asking asking = this.server.bean(Asking.class);
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/asking"), "User", "alice")) {
			await().until(() -> connections().open() == 1 && asking.questions.currentSubscriberCount() == 1);
			anotherUserComes();
			asking.questions.tryEmitNext("User");
			assertThat(client.awaitEnd().events()).isEmpty();
		}
		assertThat(asking.failures).singleElement().isInstanceOf(IllegalStateException.class);
	}

	@Test
	void requestThatWouldAnswerForAnotherIsNotOver() throws Exception {
		start("reused-requests=true");
		Asking asking = this.server.bean(Asking.class);
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/asking"), "User", "alice")) {
			await().until(() -> asking.questions.currentSubscriberCount() == 1);
			anotherUserComes();
			asking.questions.tryEmitNext("User");
			await().until(() -> client.count() == 1);
			assertThat(client.data()).containsExactly("alice");
		}
		assertThat(connections().ordinary()).containsOnlyKeys("the connector uses requests again");
	}

	private void start(String... properties) {
		String[] all = new String[properties.length + 1];
		System.arraycopy(properties, 0, all, 0, properties.length);
		all[properties.length] = "eventsource.tomcat.direct=true";
		this.server = TestServer.start(TestServer.Container.TOMCAT, Application.class, all);
	}

	private void anotherUserComes() throws Exception {
		for (int i = 0; i < 20; i++) {
			try (RawClient bob = RawClient.send(this.server.port(),
					"GET /hello HTTP/1.1\r\nHost: localhost\r\nUser: bob\r\n\r\n")) {
				bob.readUntil("hello");
			}
		}
	}

	private DirectSnapshot connections() {
		return this.server.bean(EventSourceEndpoint.class).directConnections();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		Asking asking() {
			return new Asking();
		}

		@Bean
		Controller controller() {
			return new Controller();
		}

		@Bean
		@ConditionalOnBooleanProperty("reused-requests")
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> reusedRequests() {
			return (factory) -> factory.addConnectorCustomizers((connector) -> connector.setDiscardFacades(false));
		}

	}

	/**
	 * Asks the request of its client for a header when told to.
	 */
	static class Asking implements PersonalStream {

		private final Sinks.Many<String> questions = Sinks.many().multicast().directBestEffort();

		private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

		@Override
		public Publisher<Event> create(EventClient client) {
			HttpServletRequest request = ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes())
				.getRequest();
			return this.questions.asFlux()
				.map((name) -> Event.of(request.getHeader(name)))
				.doOnError(this.failures::add);
		}

	}

	@RestController
	static class Controller {

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

	}

}
