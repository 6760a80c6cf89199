package io.eventsource.web;

import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.Patience;
import io.eventsource.PersonalStream;
import io.eventsource.web.TestServer.Container;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams in an application that has secured its paths with Spring Security, and has done
 * nothing for the streams.
 */
@Tag("direct")
@ExtendWith(OutputCaptureExtension.class)
class SecurityTests {

	private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" type=\"hidden\" value=\"([^\"]+)\"");

	private TestServer server;

	private final List<StreamClient> open = new ArrayList<>();

	@AfterEach
	void stop() {
		this.open.forEach(StreamClient::close);
		if (this.server != null) {
			this.server.close();
		}
	}

	static Stream<Arguments> setups() {
		return TestServer.containers()
			.stream()
			.flatMap((container) -> Stream.of(Login.values()).map((login) -> Arguments.of(container, login)));
	}

	@ParameterizedTest
	@MethodSource("setups")
	void streamDemandsWhatItsPathDemands(Container container, Login login) throws Exception {
		start(container, login);
		assertThat(nobody().get("/events/messages").statusCode()).isEqualTo((login == Login.FORM) ? 302 : 401);
		assertThat(nobody().get("/events/reports").statusCode()).isEqualTo((login == Login.FORM) ? 302 : 401);
		assertThat(nobody().connect("/events/news").head().statusCode()).isEqualTo(200);
		Browser alice = login("alice");
		assertThat(alice.connect("/events/messages").head().statusCode()).isEqualTo(200);
		assertThat(alice.get("/events/reports").statusCode()).isEqualTo(403);
		assertThat(login("admin").connect("/events/reports").head().statusCode()).isEqualTo(200);
		assertThat(this.server.clients("messages")).isOne();
	}

	@ParameterizedTest
	@MethodSource("setups")
	void nothingIsLoggedWhenClientsLeaveAndStreamsEnd(Container container, Login login, CapturedOutput output)
			throws Exception {
		start(container, login, "eventsource.heartbeat=50ms");
		Browser alice = login("alice");
		StreamClient leaving = alice.connect("/events/messages");
		StreamClient revoked = alice.connect("/events/messages");
		StreamClient staying = alice.connect("/events/messages");
		StreamClient personal = alice.connect("/events/greetings");
		publish("alice", "hello");
		await().until(() -> staying.count() == 1 && personal.count() == 1);
		personal.awaitEnd();
		leaving.close();
		await().until(() -> this.server.clients("messages") == 2);
		String id = client("messages", 0);
		this.server.bean(EventSourceEndpoint.class).disconnect((client) -> client.id().equals(id));
		await().until(() -> this.server.clients("messages") == 1);
		this.server.bean(EventSourceEndpoint.class).stop("messages");
		staying.awaitEnd();
		revoked.awaitEnd();
		await().until(() -> this.server.clients("messages") == 0);
		this.server.close();
		assertThat(output).doesNotContain(" WARN ", " ERROR ", "AuthorizationDenied", "AccessDenied", "at org.");
	}

	/**
	 * Tomcat ends sessions when the application context is closed and logging with it, so
	 * its own logger is asked.
	 */
	@Test
	void sessionsEndWithoutAnErrorWhenTheServerStops() throws Exception {
		start(Container.TOMCAT, Login.FORM);
		login("alice").connect("/events/messages");
		List<String> errors = new CopyOnWriteArrayList<>();
		Logger logger = Logger.getLogger("org.apache.catalina.core.ContainerBase.[Tomcat].[localhost].[/]");
		logger.setFilter((record) -> record.getLevel().intValue() < Level.WARNING.intValue()
				|| errors.add(record.getMessage() + " " + record.getThrown()));
		try {
			this.server.close();
		}
		finally {
			logger.setFilter(null);
		}
		assertThat(errors).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("setups")
	void eventsOfAnotherUserNeverReachAClient(Container container, Login login) throws Exception {
		start(container, login, "eventsource.buffer-size=8");
		StreamClient alice = login("alice").connect("/events/messages");
		Browser bob = login("bob");
		StreamClient live = bob.connect("/events/messages");
		publish("alice", "for alice 1");
		publish("bob", "for bob 1");
		publish("alice", "for alice 2");
		publish("bob", "for bob 2");
		await().until(() -> alice.count() == 2 && live.count() == 2);
		assertThat(alice.data()).containsExactly("for alice 1", "for alice 2");
		assertThat(live.data()).containsExactly("for bob 1", "for bob 2");
		// Ids that are alice's, one in the log and one that the store alone knows
		StreamClient replay = bob.connect("/events/messages", "Last-Event-ID", alice.events().get(0).lastEventId());
		StreamClient history = bob.connect("/events/messages", "Last-Event-ID", "stored-0");
		publish("bob", "for bob 3");
		await().until(() -> replay.data().contains("for bob 3") && history.data().contains("for bob 3"));
		assertThat(replay.data()).containsExactly("for bob 1", "for bob 2", "for bob 3");
		assertThat(history.data()).filteredOn((data) -> data.startsWith("stored")).containsExactly("stored for bob");
		assertThat(history.data()).noneMatch((data) -> data.contains("alice"));
		StreamClient own = bob.connect("/events/greetings");
		assertThat(own.awaitEnd().data()).containsExactly("hello bob");
	}

	@ParameterizedTest
	@EachContainer
	void streamEndsWhenSomebodyElseLogsInOnTheSameSession(Container container) throws Exception {
		start(container, Login.FORM);
		Browser browser = login("alice");
		StreamClient alice = browser.connect("/events/messages");
		StreamClient anonymous = nobody().connect("/events/news");
		publish("alice", "for alice 1");
		await().until(() -> alice.count() == 1);
		browser.login("bob");
		alice.awaitEnd();
		publish("alice", "for alice 2");
		StreamClient bob = browser.connect("/events/messages", "Last-Event-ID", alice.lastEventId());
		publish("bob", "for bob");
		await().until(() -> bob.count() == 1);
		assertThat(bob.data()).containsExactly("for bob");
		assertThat(alice.data()).containsExactly("for alice 1");
		assertThat(anonymous.hasEnded()).isFalse();
	}

	@ParameterizedTest
	@EachContainer
	void streamEndsWithTheSession(Container container) throws Exception {
		start(container, Login.FORM);
		Browser browser = login("alice");
		StreamClient alice = browser.connect("/events/messages");
		StreamClient elsewhere = login("alice").connect("/events/messages");
		browser.logout();
		alice.awaitEnd();
		assertThat(browser.get("/events/messages").statusCode()).isEqualTo(302);
		assertThat(elsewhere.hasEnded()).isFalse();
		assertThat(this.server.clients("messages")).isOne();
	}

	@ParameterizedTest
	@EachContainer
	void streamMayOutlastTheSession(Container container) throws Exception {
		start(container, Login.FORM, "eventsource.end-with-session=false");
		Browser browser = login("alice");
		StreamClient alice = browser.connect("/events/messages");
		browser.logout();
		publish("alice", "still there");
		await().until(() -> alice.count() == 1);
	}

	@ParameterizedTest
	@EachContainer
	void streamEndsWhenItsTokenExpires(Container container) throws Exception {
		start(container, Login.BEARER);
		StreamClient brief = bearer("alice", Instant.now().plusSeconds(6)).connect("/events/messages");
		StreamClient unlimited = login("alice").connect("/events/messages");
		publish("alice", "hello");
		await().until(() -> brief.count() == 1);
		brief.awaitEnd();
		assertThat(unlimited.hasEnded()).isFalse();
	}

	private String client(String stream, int index) {
		return this.server.bean(EventSourceEndpoint.class).clients(stream).get(index).client().id();
	}

	private void publish(String user, String text) {
		this.server.bean(EventChannel.class).publish(Event.builder().data(text).key(user).build());
	}

	private void start(Container container, Login login, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add(TestServer.without(TestServer.DATABASE));
		all.add("test.login=" + login);
		this.server = TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	private Browser nobody() {
		return new Browser();
	}

	private Browser login(String user) throws Exception {
		Login login = this.server.bean(Login.class);
		if (login == Login.BASIC) {
			return new Browser("Authorization",
					"Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8)));
		}
		if (login == Login.BEARER) {
			return bearer(user, Instant.MAX);
		}
		Browser browser = new Browser();
		browser.login(user);
		return browser;
	}

	private Browser bearer(String user, Instant expiry) {
		return new Browser("Authorization",
				"Bearer " + user + "." + (expiry.equals(Instant.MAX) ? "never" : expiry.toEpochMilli()));
	}

	/**
	 * How users say who they are.
	 */
	enum Login {

		FORM, BASIC, BEARER

	}

	/**
	 * Keeps cookies, and the headers of its user.
	 */
	private final class Browser {

		private final HttpClient http = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.cookieHandler(new CookieManager())
			.build();

		private final String[] headers;

		Browser(String... headers) {
			this.headers = headers;
		}

		HttpResponse<String> get(String path) throws Exception {
			return this.http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
		}

		StreamClient connect(String path, String... more) throws Exception {
			HttpRequest.Builder request = request(path);
			if (more.length > 0) {
				request.headers(more);
			}
			StreamClient client = StreamClient.send(this.http, request.build());
			SecurityTests.this.open.add(client);
			assertThat(client.head().statusCode()).isEqualTo(200);
			return client;
		}

		void login(String user) throws Exception {
			HttpResponse<String> answer = post("/login", "username=" + user + "&password=secret");
			assertThat(answer.headers().firstValue(HttpHeaders.LOCATION).orElseThrow()).doesNotContain("error");
		}

		void logout() throws Exception {
			HttpResponse<String> answer = post("/logout", "");
			assertThat(answer.headers().firstValue(HttpHeaders.LOCATION).orElseThrow()).contains("logout");
		}

		private HttpResponse<String> post(String path, String form) throws Exception {
			String csrf = CSRF.matcher(get("/login").body())
				.results()
				.map((match) -> match.group(1))
				.findFirst()
				.orElseThrow();
			return this.http.send(request(path).header(HttpHeaders.CONTENT_TYPE, "application/x-www-form-urlencoded")
				.POST(HttpRequest.BodyPublishers.ofString(form + "&_csrf=" + csrf))
				.build(), HttpResponse.BodyHandlers.ofString());
		}

		private HttpRequest.Builder request(String path) {
			URI uri = SecurityTests.this.server.uri(path);
			HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Patience.LIMIT);
			return (this.headers.length > 0) ? request.headers(this.headers) : request;
		}

	}

	/**
	 * An application's own rules: who may do what, and how they log in.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		@Primary
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		EventFilter ownMessages() {
			return (event, client) -> event.key() == null || event.key().equals(client.principalName());
		}

		@Bean
		EventHistory storedMessages() {
			return (id, client,
					limit) -> id.startsWith("stored-") ? IntStream.range(1, 3)
						.mapToObj((i) -> Event.builder()
							.id("stored-" + i)
							.key((i == 1) ? "alice" : "bob")
							.data("stored for " + ((i == 1) ? "alice" : "bob"))
							.build()) : null;
		}

		@Bean
		PersonalStream greetings() {
			return (client) -> Flux.just(Event.of("hello " + client.principalName()));
		}

		@Bean
		EventChannel reports() {
			return EventChannel.create();
		}

		@Bean
		EventChannel news() {
			return EventChannel.create();
		}

		@Bean
		Login login(Environment environment) {
			return environment.getRequiredProperty("test.login", Login.class);
		}

		@Bean
		SecurityFilterChain rules(HttpSecurity http, Login login) {
			http.authorizeHttpRequests((requests) -> requests.requestMatchers("/events/news")
				.permitAll()
				.requestMatchers("/events/reports")
				.hasAnyAuthority("ROLE_ADMIN", "SCOPE_admin")
				.anyRequest()
				.authenticated());
			switch (login) {
				case FORM -> http.formLogin(Customizer.withDefaults());
				case BASIC -> http.httpBasic(Customizer.withDefaults());
				case BEARER -> http.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
					.sessionManagement((session) -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS));
			}
			return http.build();
		}

		@Bean
		UserDetailsService users() {
			Function<String, User.UserBuilder> user = (name) -> User.withUsername(name).password("{noop}secret");
			return new InMemoryUserDetailsManager(user.apply("alice").roles("USER").build(),
					user.apply("bob").roles("USER").build(), user.apply("admin").roles("ADMIN").build());
		}

		/** Stands for the key of an issuer: takes tokens of the form name.expiry. */
		@Bean
		JwtDecoder tokens() {
			return (token) -> {
				String name = token.substring(0, token.indexOf('.'));
				String expiry = token.substring(token.indexOf('.') + 1);
				Jwt.Builder jwt = Jwt.withTokenValue(token).header("alg", "none").subject(name).claim("scope", name);
				return expiry.equals("never") ? jwt.build()
						: jwt.expiresAt(Instant.ofEpochMilli(Long.parseLong(expiry))).build();
			};
		}

	}

}
