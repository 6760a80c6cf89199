package io.eventsource.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import io.eventsource.ClientSnapshot;
import io.eventsource.Event;
import io.eventsource.EventChannels;
import io.eventsource.EventFilter;
import io.eventsource.EventTopics;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Streams by topic as clients ask for them: by path, by user and by a controller, on each
 * container.
 */
class TopicTests {

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
	@EnumSource
	void topicIsTheLastSegmentOfThePath(TestServer.Container container) throws Exception {
		start(container);
		EventTopics rooms = this.server.bean("rooms", EventTopics.class);
		List<String> topics = new ArrayList<>(
				List.of("42", "ord_123", "anna@example.org", "Café", "a b", "x+y", "ä;b", "~", "{topic}", "a:b,c=d"));
		if (container == TestServer.Container.TOMCAT) {
			// Jetty refuses an encoded percent sign unless its UriCompliance allows it
			topics.add("50% off");
		}
		for (String topic : topics) {
			StreamClient client = connect("/events/rooms/" + encode(topic));
			rooms.publish(topic, "message", "in " + topic);
			rooms.publish("elsewhere", "message", "no");
			await().untilAsserted(() -> assertThat(client.data()).containsExactly("in " + topic));
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatCannotBeATopicIsNotFound(TestServer.Container container) throws Exception {
		start(container);
		for (String path : List.of("%20", "x".repeat(129), "a%0Ab", "a/b", "")) {
			assertThat(status("/events/rooms/" + path)).as(path).isIn(404, 400);
		}
		assertThat(status("/events/rooms")).isEqualTo(404);
		assertThat(status("/events/rooms/" + "x".repeat(128))).isEqualTo(200);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.server.bean("rooms", EventTopics.class).publish("a/b", "message", "x"))
			.withMessageContaining("\"a/b\"");
	}

	@ParameterizedTest
	@EnumSource
	void clientResumesInItsTopic(TestServer.Container container) throws Exception {
		start(container);
		EventTopics rooms = this.server.bean("rooms", EventTopics.class);
		StreamClient client = connect("/events/rooms/42");
		rooms.publish("42", "message", "1");
		await().until(() -> client.count() == 1);
		client.close();
		rooms.publish("43", "message", "other");
		rooms.publish("42", "message", "2");
		StreamClient back = connect("/events/rooms/42", "Last-Event-ID", client.lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).containsExactly("2"));
	}

	@ParameterizedTest
	@EnumSource
	void clientThatWasThereBeforeTheFirstEventMissesNothing(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = connect("/events/rooms/42");
		await().until(() -> !client.lastEventId().isEmpty());
		client.close();
		EventTopics rooms = this.server.bean("rooms", EventTopics.class);
		rooms.publish("43", "message", "other");
		rooms.publish("42", "message", "1");
		StreamClient back = connect("/events/rooms/42", "Last-Event-ID", client.lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).containsExactly("1"));
	}

	@ParameterizedTest
	@EnumSource
	void admissionSeesTheTopicAndAttachesValues(TestServer.Container container) throws Exception {
		start(container);
		assertThat(status("/events/guarded/secret")).isEqualTo(404);
		assertThat(status("/events/guarded/private")).isEqualTo(403);
		EventTopics guarded = this.server.bean("guarded", EventTopics.class);
		StreamClient client = connect("/events/guarded/public");
		guarded.publish("public", "message", "for all");
		guarded.publish("public", "message", "for members");
		guarded.publish("public", "message", "for all again");
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("for all", "for all again"));
		assertThat(Application.variables).contains(Map.of("topic", "public"));
	}

	@ParameterizedTest
	@EnumSource
	void userIsTheTopicWhereThatIsSet(TestServer.Container container) throws Exception {
		start(container);
		assertThat(status("/events/notifications")).isEqualTo(401);
		StreamClient one = connect("/events/notifications", "User", "anna");
		StreamClient other = connect("/events/notifications", "User", "anna");
		StreamClient bob = connect("/events/notifications", "User", "bob");
		EventTopics notifications = this.server.bean("notifications", EventTopics.class);
		notifications.publish("anna", "notification", "hello anna");
		notifications.publish("bob", "notification", "hello bob");
		await().untilAsserted(() -> assertThat(one.data()).containsExactly("hello anna"));
		await().untilAsserted(() -> assertThat(other.data()).containsExactly("hello anna"));
		await().untilAsserted(() -> assertThat(bob.data()).containsExactly("hello bob"));
	}

	@ParameterizedTest
	@EnumSource
	void answerSurvivesAReloadAndEndsWithNoContent(TestServer.Container container) throws Exception {
		start(container);
		assertThat(status("/events/answers/1")).isEqualTo(404);
		EventTopics answers = this.server.bean("answers", EventTopics.class);
		assertThat(answers.start("1",
				() -> Flux.just("a", "b")
					.map((token) -> Event.of("token", token))
					.concatWithValues(Event.of("done", "."))))
			.isTrue();
		StreamClient client = open("/ask/1");
		client.awaitEnd();
		assertThat(client.data()).containsExactly("a", "b", ".");
		StreamClient reloaded = open("/events/answers/1");
		reloaded.awaitEnd();
		assertThat(reloaded.data()).containsExactly("a", "b", ".");
		assertThat(status("/events/answers/1", "Last-Event-ID", reloaded.lastEventId())).isEqualTo(204);
		HttpRequest head = HttpRequest
			.newBuilder(this.server.uri("/events/answers/1?lastEventId=" + reloaded.lastEventId()))
			.method("HEAD", HttpRequest.BodyPublishers.noBody())
			.build();
		assertThat(this.http.send(head, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(204);
		assertThat(answers.start("1", Flux::never)).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void endpointStopsDescribesAndDisconnectsByTopic(TestServer.Container container) throws Exception {
		start(container);
		EventSourceEndpoint endpoint = this.server.bean(EventSourceEndpoint.class);
		StreamClient one = connect("/events/rooms/1");
		StreamClient two = connect("/events/rooms/2");
		connect("/events/rooms/3");
		assertThat(endpoint.clients("rooms", "1")).singleElement()
			.extracting(ClientSnapshot::client)
			.matches((client) -> "1".equals(client.topic()));
		assertThat(endpoint.clients("rooms")).hasSize(3);
		assertThat(endpoint.clients("rooms", "nobody's")).isEmpty();
		endpoint.stop("rooms", "1");
		one.awaitEnd();
		assertThat(status("/events/rooms/1", "Last-Event-ID", one.lastEventId())).isEqualTo(204);
		assertThat(endpoint.disconnect((client) -> "2".equals(client.topic()))).isOne();
		two.awaitEnd();
		assertThat(endpoint.clients("rooms", "3")).hasSize(1);
		endpoint.stop("rooms", "nobody's");
		assertThatIllegalArgumentException().isThrownBy(() -> endpoint.stop("nothing", "1"));
	}

	@ParameterizedTest
	@EnumSource
	void streamWithTopicsNeedsOneAndAnotherHasNone(TestServer.Container container) throws Exception {
		start(container);
		assertThat(status("/without")).isEqualTo(500);
		assertThat(status("/of-plain")).isEqualTo(500);
	}

	private void start(TestServer.Container container) {
		this.server = TestServer.start(container, Application.class,
				"eventsource.streams.notifications.topic=principal",
				"eventsource.streams.answers.unknown-topics=not-found",
				"eventsource.streams.answers.initial-replay=100");
	}

	private static String encode(String topic) {
		return URLEncoder.encode(topic, StandardCharsets.UTF_8).replace("+", "%20");
	}

	private StreamClient connect(String path, String... headers) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path), headers);
		this.open.add(client);
		return client;
	}

	private StreamClient open(String path) {
		StreamClient client = StreamClient.open(this.server.uri(path));
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
		return response.statusCode();
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Routes.class)
	static class Application {

		static final List<Object> variables = Collections.synchronizedList(new ArrayList<>());

		@Bean
		EventTopics rooms(EventChannels channels) {
			return channels.topics("rooms");
		}

		@Bean
		EventTopics guarded() {
			return EventTopics.create();
		}

		@Bean
		EventTopics notifications() {
			return EventTopics.create();
		}

		@Bean
		EventTopics answers() {
			return EventTopics.create();
		}

		@Bean
		Flux<Event> plain() {
			return Flux.never();
		}

		@Bean
		@Qualifier("guarded")
		StreamAdmission guard() {
			return (client, request) -> {
				variables.add(request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE));
				return switch (String.valueOf(client.topic())) {
					case "secret" -> Admission.notFound();
					case "private" -> Admission.forbidden();
					default -> Admission.accept().withAttribute("member", Boolean.FALSE);
				};
			};
		}

		@Bean
		@Qualifier("guarded")
		EventFilter members() {
			return (event, client) -> Boolean.TRUE.equals(client.attributes().get("member"))
					|| !"for members".equals(event.data());
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

	@RestController
	static class Routes {

		private final EventSourceEndpoint endpoint;

		Routes(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@GetMapping("/ask/{id}")
		@Nullable SseEmitter ask(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
				throws IOException {
			return this.endpoint.open("answers", id, request, response);
		}

		@GetMapping("/without")
		@Nullable SseEmitter without(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open("rooms", request, response);
		}

		@GetMapping("/of-plain")
		@Nullable SseEmitter plain(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open("plain", "topic", request, response);
		}

	}

}
