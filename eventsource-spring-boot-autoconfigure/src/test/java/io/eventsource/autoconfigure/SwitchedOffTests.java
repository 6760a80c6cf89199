package io.eventsource.autoconfigure;

import io.eventsource.Event;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.TestServer;
import io.eventsource.web.TestServer.Container;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * An application in which the streams are switched off.
 */
@ExtendWith(OutputCaptureExtension.class)
class SwitchedOffTests {

	@Test
	void controllerThatNeedsTheEndpointIsToldHowToDoWithout(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> TestServer.start(Container.TOMCAT, Needing.class, "eventsource.enabled=false").close());
		assertThat(output).contains("APPLICATION FAILED TO START", "eventsource.enabled is false",
				"Inject an ObjectProvider<EventSourceEndpoint>");
	}

	@Test
	void controllerThatCanDoWithoutTheEndpointStarts() {
		try (TestServer server = TestServer.start(Container.TOMCAT, Asking.class, "eventsource.enabled=false")) {
			assertThat(server.bean(Asking.class).endpoint.getIfAvailable()).isNull();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Needing {

		Needing(EventSourceEndpoint endpoint) {
			endpoint.definitions();
		}

		@Bean
		static Flux<Event> ticks() {
			return Flux.never();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Asking {

		private final ObjectProvider<EventSourceEndpoint> endpoint;

		Asking(ObjectProvider<EventSourceEndpoint> endpoint) {
			this.endpoint = endpoint;
		}

	}

}
