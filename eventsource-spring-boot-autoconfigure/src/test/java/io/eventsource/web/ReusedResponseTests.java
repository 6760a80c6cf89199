package io.eventsource.web;

import io.eventsource.EventChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Clients that come while others are found to have gone, so that a container may give
 * them the objects of these: nobody's stream is ended in the place of another's.
 */
class ReusedResponseTests {

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void clientGetsWhatIsPublishedWhileAnotherIsFoundToHaveGone(TestServer.Container container) throws Exception {
		comeAndGo(container, 1000);
	}

	@Tag("soak")
	@ParameterizedTest
	@EachContainer
	void manyClientsGetWhatIsPublishedWhileOthersAreFoundToHaveGone(TestServer.Container container) throws Exception {
		comeAndGo(container, 60_000);
	}

	/** That a client has gone is found out with the event for the next one. */
	private void comeAndGo(TestServer.Container container, int clients) throws Exception {
		this.server = TestServer.start(container, Application.class);
		EventChannel messages = this.server.bean(EventChannel.class);
		for (int i = 0; i < clients; i++) {
			try (RawClient client = RawClient.send(this.server.port(),
					"GET /events/messages HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
				client.readUntil("retry: 3000");
				messages.publish("message", "event " + i);
				client.readUntil("data: event " + i);
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

	}

}
