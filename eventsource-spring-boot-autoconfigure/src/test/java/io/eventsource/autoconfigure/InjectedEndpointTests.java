package io.eventsource.autoconfigure;

import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.PersonalStream;
import io.eventsource.StreamListener;
import io.eventsource.web.Admission;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamAdmission;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The endpoint, injected into a class of the application that declares by methods of its
 * instance what the endpoint needs: neither may want the other first.
 */
class InjectedEndpointTests {

	@ParameterizedTest
	@ValueSource(classes = { Constructor.class, Field.class, Configurer.class, Controller.class })
	void endpointMayBeInjectedIntoTheClassThatDeclaresStreams(Class<? extends Declarations> type) throws Exception {
		try (TestServer server = TestServer.start(TestServer.Container.TOMCAT, type, "eventsource.heartbeat=100ms")) {
			Declarations application = server.bean(type);
			assertThat(application.endpoint().definitions()).hasSize(3);
			try (StreamClient client = StreamClient.connect(server.uri("/events/messages"))) {
				server.bean(EventChannel.class).publish(Event.builder().data(3).build());
				await().untilAsserted(() -> assertThat(client.data()).containsExactly("written 3"));
			}
			await().until(() -> application.closed);
		}
	}

	/**
	 * All that the endpoint takes from the application.
	 */
	abstract static class Declarations {

		private volatile boolean closed;

		abstract EventSourceEndpoint endpoint();

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Flux<Event> ticks() {
			return Flux.never();
		}

		@Bean
		PersonalStream own() {
			return (client) -> Flux.never();
		}

		@Bean
		StreamListener listener() {
			return new StreamListener() {

				@Override
				public void clientClosed(EventClient client, CloseReason reason) {
					Declarations.this.closed = true;
				}

			};
		}

		@Bean
		DataWriter writer() {
			return (data) -> "written " + data;
		}

		@Bean
		EventFilter filter() {
			return (event, client) -> true;
		}

		@Bean
		EventHistory history() {
			return (after, client, limit) -> Stream.empty();
		}

		@Bean
		StreamAdmission admission() {
			return (client, request) -> Admission.accept();
		}

	}

	@Configuration
	static class Constructor extends Declarations {

		private final EventSourceEndpoint endpoint;

		Constructor(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@Override
		EventSourceEndpoint endpoint() {
			return this.endpoint;
		}

	}

	@Configuration
	static class Field extends Declarations {

		@Autowired
		private EventSourceEndpoint endpoint;

		@Override
		EventSourceEndpoint endpoint() {
			return this.endpoint;
		}

	}

	@Configuration
	static class Configurer extends Constructor implements WebMvcConfigurer {

		Configurer(EventSourceEndpoint endpoint) {
			super(endpoint);
		}

	}

	@Configuration
	@RestController
	static class Controller extends Constructor {

		Controller(EventSourceEndpoint endpoint) {
			super(endpoint);
		}

		@GetMapping("/streams")
		int streams() {
			return endpoint().definitions().size();
		}

	}

}
