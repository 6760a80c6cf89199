package io.eventsource.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.eventsource.EventChannel;
import io.eventsource.EventTopics;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an operator sees of streams by topic: meters, and the actuator endpoint.
 */
class TopicObservabilityTests {

	private final List<StreamClient> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() {
		this.open.forEach(StreamClient::close);
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void topicsAreMeasuredByTheirStream(TestServer.Container container) throws Exception {
		start(container);
		EventTopics rooms = this.server.bean("rooms", EventTopics.class);
		StreamClient client = connect("/events/rooms/1");
		rooms.publish("1", "message", "hello");
		rooms.publish("2", "message", "hello");
		rooms.start("3", Flux::never);
		await().until(() -> client.count() == 1);
		assertThat(value("eventsource.topics", "rooms")).isEqualTo(3);
		assertThat(value("eventsource.topics.memory", "rooms")).isBetween(1.0, 2000.0);
		assertThat(value("eventsource.sources.running", "rooms")).isOne();
		assertThat(value("eventsource.clients", "rooms")).isOne();
		await().until(() -> value("eventsource.events.published", "rooms") == 2);
		connect("/events/rooms/empty").close();
		await().until(() -> forgotten("empty") == 1);
		assertThat(forgotten("linger")).isZero();
		MeterRegistry registry = this.server.bean(MeterRegistry.class);
		assertThat(registry.find("eventsource.topics").meters()).extracting((meter) -> meter.getId().getTag("stream"))
			.containsExactlyInAnyOrder("rooms", "notifications");
		assertThat(registry.getMeters()).flatExtracting((meter) -> meter.getId().getTags())
			.noneMatch((tag) -> tag.getKey().equals("topic"));
	}

	@ParameterizedTest
	@EnumSource
	void countsOfTopicsGoOnWhereTheEndpointIsStartedAgain(TestServer.Container container) throws Exception {
		start(container);
		EventSourceEndpoint endpoint = this.server.bean(EventSourceEndpoint.class);
		EventTopics rooms = this.server.bean("rooms", EventTopics.class);
		rooms.publish("1", "message", "hello");
		connect("/events/rooms/empty").close();
		await().until(() -> forgotten("empty") == 1);
		endpoint.close();
		assertThat(forgotten("empty")).isOne();
		assertThat(value("eventsource.topics", "rooms")).isZero();
		assertThat(endpoint.busiestTopics("rooms", 10)).isEmpty();
		assertThat(endpoint.topic("rooms", "1")).isNull();
		endpoint.start();
		assertThat(forgotten("empty")).isOne();
		assertThat(value("eventsource.events.published", "rooms")).isOne();
		connect("/events/rooms/empty").close();
		await().until(() -> forgotten("empty") == 2);
		assertThat(endpoint.topics("plain")).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void actuatorShowsTheTopicsWithTheMostClients(TestServer.Container container) throws Exception {
		start(container);
		this.server.bean("rooms", EventTopics.class).publish("quiet", "message", "hello");
		for (int i = 0; i < 11; i++) {
			connect("/events/rooms/room%20" + i);
		}
		connect("/events/rooms/%22%3Cb%3E");
		connect("/events/rooms/%22%3Cb%3E");
		JsonNode streams = get("/actuator/eventsource").path("streams");
		JsonNode topics = streams.path("rooms").path("topics");
		assertThat(topics.path("count").asInt()).isEqualTo(13);
		assertThat(topics.path("bytes").asInt()).isPositive();
		assertThat(topics.path("sources").asInt()).isZero();
		assertThat(topics.path("forgotten").path("linger").asInt(-1)).isZero();
		assertThat(topics.path("busiest")).hasSize(10);
		assertThat(topics.path("busiest").path(0).path("topic").asString()).isEqualTo("\"<b>");
		assertThat(topics.path("busiest").path(0).path("clients").asInt()).isEqualTo(2);
		assertThat(topics.path("busiest").path(1).path("topic").asString()).isEqualTo("room 0");
		assertThat(streams.path("plain").path("topics").isObject()).isFalse();
	}

	@Test
	void actuatorShowsAllThatCanBeSet() throws Exception {
		start(TestServer.Container.TOMCAT, "eventsource.streams.rooms.max-topics=7",
				"eventsource.streams.rooms.linger=1m");
		JsonNode settings = get("/actuator/eventsource/rooms").path("settings");
		assertThat(settings.path("maxTopics").asInt()).isEqualTo(7);
		assertThat(settings.path("linger").asString()).isEqualTo("PT1M");
		// But for what is about its path, and what the stream shows by itself
		Set<String> elsewhere = Set.of("path", "cors", "typesParameter", "subscription");
		assertThat(settings.propertyNames()).containsAll(Arrays.stream(StreamProperties.class.getRecordComponents())
			.flatMap(TopicObservabilityTests::keys)
			.filter((key) -> !elsewhere.contains(key))
			.toList());
	}

	private static Stream<String> keys(RecordComponent component) {
		return (component.getType().isRecord() && component.getType().getEnclosingClass() == StreamProperties.class)
				? Arrays.stream(component.getType().getRecordComponents())
					.map((each) -> component.getName() + StringUtils.capitalize(each.getName()))
				: Stream.of(component.getName());
	}

	@ParameterizedTest
	@EnumSource
	void actuatorShowsOneTopicAndEndsItsConnections(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = connect("/events/rooms/room%201");
		StreamClient other = connect("/events/rooms/2");
		this.server.bean("rooms", EventTopics.class).publish("room 1", "message", "hello");
		await().until(() -> client.count() == 1);
		JsonNode topic = get("/actuator/eventsource/rooms/room%201");
		assertThat(topic.path("state").asString()).isEqualTo("LIVE");
		assertThat(topic.path("clients").asInt()).isOne();
		assertThat(topic.path("position").asInt()).isOne();
		assertThat(topic.path("source").asBoolean(true)).isFalse();
		assertThat(topic.path("idle").isString()).isFalse();
		assertThat(topic.path("connections")).hasSize(1);
		assertThat(topic.path("connections").path(0).path("topic").asString()).isEqualTo("room 1");
		assertThat(status("GET", "/actuator/eventsource/rooms/nobody's")).isEqualTo(404);
		assertThat(status("GET", "/actuator/eventsource/nothing/1")).isEqualTo(404);
		assertThat(status("GET", "/actuator/eventsource/plain/1")).isEqualTo(404);
		assertThat(send("DELETE", "/actuator/eventsource/rooms/nobody's").body()).contains("\"disconnected\":0");
		assertThat(send("DELETE", "/actuator/eventsource/rooms/room%201").body()).contains("\"disconnected\":1");
		client.awaitEnd();
		assertThat(other.hasEnded()).isFalse();
		await().untilAsserted(
				() -> assertThat(Duration.parse(get("/actuator/eventsource/rooms/room%201").path("idle").asString()))
					.isPositive());
	}

	@ParameterizedTest
	@EnumSource
	void topicsThatAreUsersAreMaskedLikeUsers(TestServer.Container container) throws Exception {
		start(container);
		connect("/events/notifications", "User", "anna");
		JsonNode stream = get("/actuator/eventsource/notifications");
		assertThat(stream.path("topics").path("busiest").path(0).path("topic").asString()).isEqualTo("******");
		assertThat(stream.path("connections").path(0).path("topic").asString()).isEqualTo("******");
	}

	@ParameterizedTest
	@EnumSource
	void topicsThatAreUsersAreShownWhereUsersAre(TestServer.Container container) throws Exception {
		start(container, "management.endpoint.eventsource.show-values=always");
		connect("/events/notifications", "User", "anna");
		JsonNode stream = get("/actuator/eventsource/notifications");
		assertThat(stream.path("topics").path("busiest").path(0).path("topic").asString()).isEqualTo("anna");
		assertThat(stream.path("connections").path(0).path("topic").asString()).isEqualTo("anna");
	}

	private void start(TestServer.Container container, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("eventsource.streams.notifications.topic=principal");
		all.add("management.endpoints.web.exposure.include=eventsource");
		// By which it is noticed that a client has gone
		all.add("eventsource.heartbeat=100ms");
		this.server = TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	private StreamClient connect(String path, String... headers) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path), headers);
		this.open.add(client);
		return client;
	}

	private JsonNode get(String path) throws Exception {
		return JsonMapper.shared().readTree(send("GET", path).body());
	}

	private int status(String method, String path) throws Exception {
		return send(method, path).statusCode();
	}

	private HttpResponse<String> send(String method, String path) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(this.server.uri(path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.build();
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
	}

	private double forgotten(String reason) {
		return value("eventsource.topics.forgotten", "rooms", "reason", reason);
	}

	private double value(String name, String stream, String... tags) {
		Meter meter = this.server.bean(MeterRegistry.class).get(name).tag("stream", stream).tags(tags).meter();
		return meter.measure().iterator().next().getValue();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventTopics rooms() {
			return EventTopics.create();
		}

		@Bean
		EventTopics notifications() {
			return EventTopics.create();
		}

		@Bean
		EventChannel plain() {
			return EventChannel.create();
		}

		/** Stands for any way in which users are known. */
		@Bean
		Filter users() {
			return (request, response, chain) -> chain
				.doFilter(new HttpServletRequestWrapper((HttpServletRequest) request) {

					@Override
					public @Nullable Principal getUserPrincipal() {
						String name = getHeader("User");
						return (name != null) ? () -> name : null;
					}

				}, response);
		}

	}

}
