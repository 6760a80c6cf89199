package io.eventsource.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.eventsource.ClientSnapshot;
import io.eventsource.EventFilter;
import io.eventsource.EventTopics;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Several topics over one connection as clients ask for them, on each container.
 */
@Tag("direct")
class SeveralTopicsHttpTests {

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

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
	@EachContainer
	void topicsAreNamedByParametersOrByAController(TestServer.Container container) throws Exception {
		start(container);
		EventTopics orders = this.server.bean("orders", EventTopics.class);
		StreamClient client = connect("/events/orders?topic=17&topic=a%20b&topic=17");
		StreamClient own = connect("/own/orders/feed?topic=17&topic=18");
		StreamClient single = connect("/events/orders?topic=17");
		StreamClient path = connect("/own/orders/17/feed");
		StreamClient controlled = connect("/controlled?ids=17,a%20b,17");
		this.server.bean("own", EventTopics.class).publish("17", "message", "own");
		orders.publish("17", "message", "1");
		orders.publish("18", "message", "no");
		orders.publish("a b", "message", "2");
		for (StreamClient each : List.of(client, controlled)) {
			await().untilAsserted(() -> assertThat(each.data()).containsExactly("1", "2"));
			assertThat(each.lastEventId()).endsWith("-3_a%20b");
		}
		await().untilAsserted(() -> assertThat(single.data()).containsExactly("1"));
		await().untilAsserted(() -> assertThat(own.data()).containsExactly("own"));
		await().untilAsserted(() -> assertThat(path.data()).containsExactly("own"));
		client.close();
		orders.publish("17", "message", "3");
		orders.publish("c", "message", "4");
		StreamClient back = connect("/events/orders?topic=c&topic=17", "Last-Event-ID", client.lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).containsExactly("3", "4"));
	}

	@ParameterizedTest
	@EachContainer
	void requestForNoTopicOrTooManyIsRefused(TestServer.Container container) throws Exception {
		start(container);
		assertThat(status("/events/orders")).isEqualTo(400);
		assertThat(status("/events/orders?topic=1&topic=2&topic=3&topic=4&topic=5")).isEqualTo(400);
		assertThat(status("/events/orders?topic=1&topic=1&topic=1&topic=1&topic=1")).isEqualTo(200);
		assertThat(status("/controlled?ids=")).isEqualTo(400);
		assertThat(status("/events/orders?topic=1&topic=a%2Fb")).isEqualTo(404);
		assertThat(status("/events/orders?topic=1&topic=")).isEqualTo(404);
		// As where there are no topics by parameters
		assertThat(status("/events/one?topic=1&topic=2")).isEqualTo(404);
		assertThat(status("/controlled?stream=one&ids=1,2")).isEqualTo(400);
		assertThat(this.server.snapshot("orders").clients()).isZero();
	}

	@ParameterizedTest
	@EachContainer
	void admissionIsAskedForEachTopicAndItsValuesAreForThatTopic(TestServer.Container container) throws Exception {
		start(container);
		assertThat(status("/events/rooms?topic=1&topic=secret&topic=2")).isEqualTo(404);
		assertThat(status("/events/rooms?topic=1&topic=private")).isEqualTo(403);
		assertThat(status("/events/rooms?topic=1&topic=broken")).isEqualTo(500);
		assertThat(Application.asked).containsExactly("1", "secret", "1", "private", "1", "broken");
		assertThat(this.server.bean(EventSourceEndpoint.class).topics("rooms").topics()).isZero();
		EventTopics rooms = this.server.bean("rooms", EventTopics.class);
		StreamClient client = connect("/events/rooms?topic=staff&topic=1");
		for (String topic : List.of("staff", "1")) {
			rooms.publish(topic, "message", "for all");
			rooms.publish(topic, "message", "for members of " + topic);
		}
		rooms.publish("staff", "message", "end");
		await().untilAsserted(
				() -> assertThat(client.data()).containsExactly("for all", "for members of staff", "for all", "end"));
	}

	@ParameterizedTest
	@EachContainer
	void endOfOneTopicIsNotTheEndOfTheOthers(TestServer.Container container) throws Exception {
		start(container);
		EventSourceEndpoint endpoint = this.server.bean(EventSourceEndpoint.class);
		EventTopics orders = this.server.bean("orders", EventTopics.class);
		StreamClient client = connect("/events/orders?topic=1&topic=2");
		assertThat(endpoint.clients("orders", "2")).singleElement()
			.extracting(ClientSnapshot::client)
			.matches((each) -> each.topic() == null && each.topics().equals(List.of("1", "2")));
		assertThat(endpoint.clients("orders")).hasSize(1);
		orders.complete("1");
		orders.publish("2", "message", "goes on");
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("goes on"));
		endpoint.stop("orders", "2");
		client.awaitEnd();
		assertThat(status("/events/orders?topic=1&topic=2", "Last-Event-ID", client.lastEventId())).isEqualTo(204);
		assertThat(status("/events/orders?topic=3&topic=2", "Last-Event-ID", client.lastEventId())).isEqualTo(200);
		StreamClient other = connect("/events/orders?topic=3&topic=4");
		assertThat(endpoint.disconnect((each) -> "4".equals(each.topic()))).isOne();
		other.awaitEnd();
	}

	@ParameterizedTest
	@EachContainer
	void connectionCountsOnceInTheLimits(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class,
				"eventsource.streams.orders.topics-per-connection=4", "eventsource.max-connections=2");
		connect("/events/orders?topic=1&topic=2&topic=3&topic=4");
		connect("/events/orders?topic=1&topic=2&topic=3&topic=4");
		StreamClient third = connect("/events/orders?topic=1&topic=2");
		third.awaitEnd();
		assertThat(this.server.snapshot("orders").clients()).isEqualTo(2);
	}

	private void start(TestServer.Container container) {
		Application.asked.clear();
		this.server = TestServer.start(container, Application.class,
				"eventsource.streams.orders.topics-per-connection=4",
				"eventsource.streams.rooms.topics-per-connection=4", "eventsource.streams.own.topics-per-connection=4",
				"eventsource.streams.own.path=/own/orders/{topic}/feed");
	}

	private StreamClient connect(String path, String... headers) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path), headers);
		this.open.add(client);
		return client;
	}

	private int status(String path, String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.server.uri("") + path))
			.header("Accept", "text/event-stream");
		if (headers.length > 0) {
			request.headers(headers);
		}
		HttpResponse<InputStream> response = this.http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
		response.body().close();
		if (response.statusCode() == 200) {
			await().until(() -> this.server.bean(EventSourceEndpoint.class).disconnect((client) -> true) >= 0
					&& this.server.snapshot("orders").clients() == 0);
		}
		return response.statusCode();
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Routes.class)
	static class Application {

		static final List<String> asked = Collections.synchronizedList(new ArrayList<>());

		@Bean
		EventTopics orders() {
			return EventTopics.create();
		}

		@Bean
		EventTopics one() {
			return EventTopics.create();
		}

		@Bean
		EventTopics own() {
			return EventTopics.create();
		}

		@Bean
		EventTopics rooms() {
			return EventTopics.create();
		}

		@Bean
		@Qualifier("rooms")
		StreamAdmission members() {
			return (client, request) -> {
				asked.add(String.valueOf(client.topic()));
				return switch (String.valueOf(client.topic())) {
					case "secret" -> Admission.notFound();
					case "private" -> Admission.forbidden();
					case "broken" -> throw new IllegalStateException("The database is away");
					default -> Admission.accept().withAttribute("member", "staff".equals(client.topic()));
				};
			};
		}

		@Bean
		@Qualifier("rooms")
		EventFilter forMembers() {
			return (event, client) -> Boolean.TRUE.equals(client.attributes().get("member"))
					|| !String.valueOf(event.data()).startsWith("for members");
		}

	}

	@RestController
	static class Routes {

		private final EventSourceEndpoint endpoint;

		Routes(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@GetMapping("/controlled")
		@Nullable SseEmitter controlled(@RequestParam(defaultValue = "orders") String stream, @RequestParam List<String> ids,
				HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(stream, ids, request, response);
		}

	}

}
