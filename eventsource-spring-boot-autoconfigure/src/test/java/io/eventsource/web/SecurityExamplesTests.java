package io.eventsource.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventTopics;
import io.eventsource.Patience;
import io.eventsource.pages.JavaCode;
import io.eventsource.pages.Page;
import io.eventsource.pages.Surroundings;
import io.eventsource.web.TestServer.Container;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The examples of docs/security.md, which are taken from there and run.
 */
class SecurityExamplesTests {

	private final HttpClient http = HttpClient.newHttpClient();

	private final List<StreamClient> open = new ArrayList<>();

	@TempDir
	private Path folder;

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
	void tokenInACookieOpensAStream(Container container) throws Exception {
		start(container);
		StreamClient client = connect("/events/messages", "Cookie", "token=alice");
		publish("bob", "for bob");
		publish("alice", "for alice");
		await().until(() -> client.count() == 1);
		assertThat(client.data()).containsExactly("for alice");
		assertThat(status("GET", "/events/messages", "Cookie", "other=alice")).isEqualTo(401);
		assertThat(status("POST", "/ticket", "Cookie", "token=alice")).isEqualTo(401);
	}

	@ParameterizedTest
	@EachContainer
	void ticketInTheAddressOpensAStreamUntilItExpires(Container container) throws Exception {
		start(container);
		String ticket = this.http
			.send(request("POST", "/ticket", "Authorization", "Bearer alice"), HttpResponse.BodyHandlers.ofString())
			.body();
		StreamClient client = connect("/events/alerts?ticket=" + ticket);
		this.server.bean("alerts", EventChannel.class).publish(Event.builder().data("for bob").key("bob").build());
		this.server.bean("alerts", EventChannel.class).publish(Event.builder().data("for alice").key("alice").build());
		await().until(() -> client.count() == 1);
		assertThat(client.data()).containsExactly("for alice");
		assertThat(status("GET", "/events/alerts?ticket=guessed")).isEqualTo(401);
		assertThat(status("GET", "/events/alerts")).isEqualTo(401);
		client.awaitEnd();
		assertThat(status("GET", "/events/alerts?ticket=" + ticket)).isEqualTo(401);
	}

	@ParameterizedTest
	@EachContainer
	void roomIsHiddenFromWhoeverIsNotItsMember(Container container) throws Exception {
		start(container);
		EventTopics rooms = this.server.bean("rooms", EventTopics.class);
		StreamClient member = connect("/events/rooms/bob-and-carol", "Cookie", "token=bob");
		StreamClient moderator = connect("/events/rooms/bob-and-carol", "Cookie", "token=moderator");
		rooms.publish("bob-and-carol", "message", "hello");
		rooms.publish("bob-and-carol", "report", "a report");
		rooms.publish("bob-and-carol", "message", "bye");
		await().untilAsserted(() -> assertThat(member.data()).containsExactly("hello", "bye"));
		await().untilAsserted(() -> assertThat(moderator.data()).containsExactly("hello", "a report", "bye"));
		for (String room : List.of("bob-and-carol", "invented")) {
			assertThat(status("GET", "/events/rooms/" + room, "Cookie", "token=alice")).isEqualTo(404);
		}
	}

	@ParameterizedTest
	@EachContainer
	void userIsSignedOutEverywhere(Container container) throws Exception {
		start(container);
		StreamClient one = connect("/events/messages", "Cookie", "token=alice");
		StreamClient two = connect("/events/messages", "Cookie", "token=alice");
		StreamClient bob = connect("/events/messages", "Cookie", "token=bob");
		assertThat(this.http
			.send(request("POST", "/sign-out", "Authorization", "Bearer alice"), HttpResponse.BodyHandlers.ofString())
			.body()).isEqualTo("2");
		one.awaitEnd();
		two.awaitEnd();
		assertThat(bob.hasEnded()).isFalse();
	}

	private void start(Container container) throws Exception {
		this.server = TestServer.start(container, JavaCode.load(this.folder, application()),
				TestServer.without(TestServer.DATABASE));
	}

	private StreamClient connect(String path, String... headers) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path), headers);
		this.open.add(client);
		assertThat(client.head().statusCode()).isEqualTo(200);
		return client;
	}

	private int status(String method, String path, String... headers) throws Exception {
		return this.http.send(request(method, path, headers), HttpResponse.BodyHandlers.discarding()).statusCode();
	}

	private HttpRequest request(String method, String path, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.server.uri(path).toString()))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.timeout(Patience.LIMIT);
		return ((headers.length > 0) ? request.headers(headers) : request).build();
	}

	private void publish(String user, String text) {
		this.server.bean("messages", EventChannel.class).publish(Event.builder().data(text).key(user).build());
	}

	/** The application that the examples are parts of. */
	private static String application() {
		Page page = Page.of("docs/security.md");
		return """
				package com.example.secured;

				%s
				import org.springframework.security.oauth2.jwt.*;

				@Configuration(proxyBeanMethods = false)
				@Import({ Application.TicketController.class, Application.SignOutController.class })
				public class Application {

				@Bean
				EventChannel messages() {
					return EventChannel.create();
				}

				@Bean
				EventChannel alerts() {
					return EventChannel.create();
				}

				@Bean
				EventTopics rooms() {
					return EventTopics.create();
				}

				@Bean
				Rooms membership() {
					return new Rooms();
				}

				@Bean
				Tickets tickets() {
					return new Tickets();
				}

				/** Stands for the key of an issuer: a token is a name. */
				@Bean
				JwtDecoder tokens() {
					return (token) -> Jwt.withTokenValue(token).header("alg", "none").subject(token).build();
				}

				%s %s %s %s

				@Configuration(proxyBeanMethods = false)
				static class RoomRules {
				%s
				}

				record Member(boolean moderator) {
				}

				/** A room is named after its members. */
				static class Rooms {

				Member member(String room, String user) {
					boolean moderator = user.equals("moderator");
					return (moderator || room.contains(user)) ? new Member(moderator) : null;
				}

				}

				record Ticket(Principal user, Instant expires) {
				}

				static class Tickets {

				final Map<String, Ticket> tickets = new ConcurrentHashMap<>();

				final Duration lifetime = Duration.ofSeconds(2);

				%s
				}

				@RestController
				record TicketController(Tickets tickets) {
				%s
				}

				@RestController
				record SignOutController(EventSourceEndpoint streams) {
				%s
				}

				}
				""".formatted(Surroundings.imports(), page.code("oauth2ResourceServer"),
				page.code("BearerTokenResolver tokenInCookieForStreams"), page.code("EventFilter ownEvents"),
				page.code("StreamAdmission ticketHolders"), page.code("StreamAdmission members"),
				page.code("String issue("), page.code("@PostMapping(\"/ticket\")"),
				page.code("@PostMapping(\"/sign-out\")"));
	}

}
