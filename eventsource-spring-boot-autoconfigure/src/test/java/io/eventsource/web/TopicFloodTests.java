package io.eventsource.web;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

import io.eventsource.EventTopics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that invent names of topics: there are no more topics than there may be,
 * nothing is left of them, and other streams are unharmed.
 */
class TopicFloodTests {

	private static final int MAX_TOPICS = 20;

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final List<InputStream> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() throws Exception {
		for (InputStream body : this.open) {
			body.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void inventedNamesLeaveNothing(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class,
				"eventsource.streams.rooms.max-topics=" + MAX_TOPICS,
				"eventsource.streams.jobs.unknown-topics=not-found", "eventsource.heartbeat=1s");
		EventSourceEndpoint endpoint = this.server.bean(EventSourceEndpoint.class);
		EventTopics others = this.server.bean("others", EventTopics.class);
		StreamClient bystander = StreamClient.connect(this.server.uri("/events/others/1"));
		for (int i = 0; i < 2 * MAX_TOPICS; i++) {
			assertThat(request("/events/jobs/invented-" + i)).isEqualTo(404);
			// Beyond the limit a client is told to come back later
			assertThat(request("/events/rooms/invented-" + i)).isEqualTo(200);
			assertThat(endpoint.topics("rooms").topics()).isLessThanOrEqualTo(MAX_TOPICS);
		}
		await().until(() -> endpoint.topics("rooms").topics() == MAX_TOPICS);
		assertThat(endpoint.topics("jobs").topics()).isZero();
		others.publish("1", "message", "unharmed");
		await().untilAsserted(() -> assertThat(bystander.data()).containsExactly("unharmed"));
		for (InputStream body : this.open) {
			body.close();
		}
		await().until(() -> endpoint.topics("rooms").topics() == 0);
		await().until(() -> this.server.snapshot("rooms").clients() == 0);
		assertThat(endpoint.topics("rooms").bytes()).isZero();
		bystander.close();
	}

	private int request(String path) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.server.uri("") + path))
			.header("Accept", "text/event-stream")
			.build();
		HttpResponse<InputStream> response = this.http.send(request, HttpResponse.BodyHandlers.ofInputStream());
		this.open.add(response.body());
		return response.statusCode();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventTopics rooms() {
			return EventTopics.create();
		}

		@Bean
		EventTopics jobs() {
			return EventTopics.create();
		}

		@Bean
		EventTopics others() {
			return EventTopics.create();
		}

	}

}
