package io.eventsource.web;

import java.io.IOException;
import java.util.Objects;

import io.eventsource.EventChannel;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

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

	@ParameterizedTest
	@ValueSource(strings = { "/events/messages", "/plain" })
	void responseIsNotEndedByWhatAnotherHasLeft(String path) throws Exception {
		this.server = TestServer.start(TestServer.Container.TOMCAT, Leftovers.class);
		try (RawClient client = RawClient.send(this.server.port(),
				"GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
			client.readUntil("\r\n\r\n");
			this.server.bean(EventChannel.class).publish("message", "one");
			client.readUntil("one");
		}
	}

	/** Tomcat tells nobody that it drops a request that fails on its own thread. */
	@Test
	void responseThatTheContainerHasDroppedIsNotWaitedFor() throws Exception {
		this.server = TestServer.start(TestServer.Container.TOMCAT, Dropping.class, "eventsource.write-timeout=1s");
		EventSourceEndpoint endpoint = this.server.bean(EventSourceEndpoint.class);
		Object open = Objects.requireNonNull(ReflectionTestUtils.getField(endpoint, "openResponses"));
		RawClient.send(this.server.port(), "GET /events/messages HTTP/1.1\r\nHost: localhost\r\n\r\n").readToEnd();
		Awaitility.await().until(() -> {
			this.server.bean(EventChannel.class).publish("message", "one");
			return endpoint.clients("messages").isEmpty();
		});
		assertThat(open).extracting("count").isEqualTo(0);
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

	/** Each response has what a thread that found a client gone has left there late. */
	@Configuration(proxyBeanMethods = false)
	static class Leftovers extends Application {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> leftovers() {
			return (factory) -> factory.addEngineValves(new ValveBase(true) {

				@Override
				public void invoke(Request request, Response response) throws IOException, ServletException {
					response.getCoyoteResponse().setErrorException(new IOException("Broken pipe"));
					getNext().invoke(request, response);
				}

			});
		}

		@Bean
		PlainController plainController() {
			return new PlainController();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Dropping extends Application {

		@Bean
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> dropping() {
			return (factory) -> factory.addEngineValves(new ValveBase(true) {

				@Override
				public void invoke(Request request, Response response) throws IOException, ServletException {
					getNext().invoke(request, response);
					response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, new IOException("Broken pipe"));
				}

			});
		}

	}

	@RestController
	static class PlainController {

		@GetMapping("/plain")
		void plain(HttpServletResponse response) throws IOException {
			response.flushBuffer();
			response.getOutputStream().print("one");
			response.flushBuffer();
		}

	}

}
