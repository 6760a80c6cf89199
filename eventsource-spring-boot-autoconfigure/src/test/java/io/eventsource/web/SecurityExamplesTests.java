package io.eventsource.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventFilter;
import io.eventsource.Patience;
import io.eventsource.web.TestServer.Container;
import jakarta.servlet.http.Cookie;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.WebUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The examples of docs/security.md.
 */
class SecurityExamplesTests {

	private final HttpClient http = HttpClient.newHttpClient();

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
	@EnumSource
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
	@EnumSource
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

	/** What stands there is what is tested here, apart from its indentation. */
	@Test
	void documentationShowsTheseExamples() throws Exception {
		String source = Files.readString(Path.of("src/test/java/io/eventsource/web/SecurityExamplesTests.java"));
		String manual = Files.readString(Path.of("../docs/security.md"));
		List<String> lines = List.of(manual.split("\n"));
		List<String> code = new ArrayList<>();
		boolean inside = false;
		for (String line : lines) {
			if (line.startsWith("```")) {
				inside = line.equals("```java");
			}
			else if (inside && !line.isBlank()) {
				code.add(line.strip());
			}
		}
		List<String> tested = source.lines().map(String::strip).toList();
		assertThat(code).hasSizeGreaterThan(30).allSatisfy((line) -> assertThat(tested).contains(line));
	}

	private void start(Container container) {
		this.server = TestServer.start(container, Application.class, TestServer.without(TestServer.DATABASE));
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

	/**
	 * The application of the examples.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import({ TicketController.class, SignOutController.class })
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		EventChannel alerts() {
			return EventChannel.create();
		}

		@Bean
		SecurityFilterChain rules(HttpSecurity http) {
			return http.authorizeHttpRequests(
					(requests) -> requests.requestMatchers("/events/alerts").permitAll().anyRequest().authenticated())
				.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
				.build();
		}

		@Bean
		BearerTokenResolver tokenInCookieForStreams() {
			DefaultBearerTokenResolver header = new DefaultBearerTokenResolver();
			return (request) -> {
				Cookie cookie = WebUtils.getCookie(request, "token");
				boolean stream = request.getRequestURI().startsWith("/events/");
				return (stream && cookie != null) ? cookie.getValue() : header.resolve(request);
			};
		}

		@Bean
		EventFilter ownEvents() {
			return (event, client) -> event.key() == null || event.key().equals(client.principalName());
		}

		@Bean
		Tickets tickets() {
			return new Tickets(Duration.ofSeconds(2));
		}

		@Bean
		@Qualifier("alerts")
		StreamAdmission ticketHolders(Tickets tickets) {
			return (client, request) -> {
				Ticket ticket = tickets.find(request.getParameter("ticket"));
				return (ticket != null) ? Admission.accept().as(ticket.user()).until(ticket.expires())
						: Admission.unauthorized();
			};
		}

		/** Stands for the key of an issuer: a token is a name. */
		@Bean
		JwtDecoder tokens() {
			return (token) -> Jwt.withTokenValue(token).header("alg", "none").subject(token).build();
		}

	}

	record Ticket(Principal user, Instant expires) {

	}

	static class Tickets {

		private final Map<String, Ticket> tickets = new ConcurrentHashMap<>();

		private final Duration lifetime;

		Tickets(Duration lifetime) {
			this.lifetime = lifetime;
		}

		String issue(Principal user) {
			this.tickets.values().removeIf((ticket) -> ticket.expires().isBefore(Instant.now()));
			String id = UUID.randomUUID().toString();
			this.tickets.put(id, new Ticket(user, Instant.now().plus(this.lifetime)));
			return id;
		}

		Ticket find(String id) {
			Ticket ticket = (id != null) ? this.tickets.get(id) : null;
			return (ticket != null && ticket.expires().isAfter(Instant.now())) ? ticket : null;
		}

	}

	@RestController
	static class TicketController {

		private final Tickets tickets;

		TicketController(Tickets tickets) {
			this.tickets = tickets;
		}

		@PostMapping("/ticket")
		String ticket(Principal user) {
			return this.tickets.issue(user);
		}

	}

	@RestController
	static class SignOutController {

		private final EventSourceEndpoint streams;

		SignOutController(EventSourceEndpoint streams) {
			this.streams = streams;
		}

		@PostMapping("/sign-out")
		int signOut(Principal user) {
			return this.streams.disconnect((client) -> user.getName().equals(client.principalName()));
		}

	}

}
