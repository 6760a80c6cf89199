package io.eventsource.web;

import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import io.eventsource.EventTopics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.HandlerMapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Paths of streams by topic that the application sets.
 */
class TopicPathTests {

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void topicIsWhereThePathSays(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class,
				"eventsource.streams.rooms.path=/rooms/{topic}/events");
		assertThatClientGets("/rooms/42/events", "rooms", "42");
		assertThat(status("/events/rooms/42")).isEqualTo(404);
		assertThat(status("/rooms/42")).isEqualTo(404);
		assertThat(status("/rooms/42/events")).isEqualTo(200);
	}

	@ParameterizedTest
	@EnumSource
	void topicFollowsAPathThatDoesNotNameIt(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class,
				"eventsource.streams.rooms.path=/tenants/{tenant}/rooms");
		assertThatClientGets("/tenants/acme/rooms/42", "rooms", "42");
		assertThat(Application.variables).contains(Map.of("tenant", "acme", "topic", "42"));
	}

	@Test
	void topicsWithAnEmptyPathAreForControllersAlone() throws Exception {
		this.server = TestServer.start(TestServer.Container.TOMCAT, Application.class,
				"eventsource.streams.rooms.path=");
		assertThat(status("/events/rooms/42")).isEqualTo(404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "rooms", "/rooms/{topic", "/rooms/{}", "/rooms/*", "/rooms/{topic}/%20" })
	void pathThatCannotBeServedIsRefusedByName(String path) {
		assertThatThrownBy(() -> this.server = TestServer.start(TestServer.Container.TOMCAT, Application.class,
				"eventsource.streams.rooms.path=" + path))
			.hasStackTraceContaining("eventsource.streams.rooms.path");
	}

	private void assertThatClientGets(String path, String stream, String topic) throws Exception {
		try (StreamClient client = StreamClient.connect(this.server.uri(path))) {
			this.server.bean(stream, EventTopics.class).publish(topic, "message", "hello");
			await().untilAsserted(() -> assertThat(client.data()).containsExactly("hello"));
		}
	}

	private int status(String path) throws Exception {
		HttpResponse<?> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(this.server.uri(path)).header("Accept", "text/event-stream").build(),
					HttpResponse.BodyHandlers.ofInputStream());
		((InputStream) response.body()).close();
		return response.statusCode();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		static final List<Object> variables = Collections.synchronizedList(new ArrayList<>());

		@Bean
		EventTopics rooms() {
			return EventTopics.create();
		}

		@Bean
		@Qualifier("rooms")
		StreamAdmission variables() {
			return (client, request) -> {
				variables.add(request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE));
				return Admission.accept();
			};
		}

	}

}
