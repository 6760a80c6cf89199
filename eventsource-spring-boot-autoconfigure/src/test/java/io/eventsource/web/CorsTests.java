package io.eventsource.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import io.eventsource.web.TestServer.Container;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which other origins may open a stream, on each container.
 */
class CorsTests {

	private static final String FRIEND = "https://friend.example";

	private static final String PARTNER = "https://partner.example";

	private static final String STRANGER = "https://stranger.example";

	private static final String ORIGIN = "Access-Control-Allow-Origin";

	private static final String CREDENTIALS = "Access-Control-Allow-Credentials";

	private static final String HEADERS = "Access-Control-Allow-Headers";

	private static final String MAX_AGE = "Access-Control-Max-Age";

	/** Friends for all streams, others for some. */
	private static final String[] RULES = { "eventsource.cors.allowed-origins=" + FRIEND, "eventsource.cors.max-age=5m",
			"eventsource.streams.partners.cors.allowed-origins=" + PARTNER,
			"eventsource.streams.partners.cors.allowed-headers=X-Tenant",
			"eventsource.streams.everybody.cors.allowed-origins=*", "eventsource.streams.nobody.cors.allowed-origins=",
			"eventsource.streams.patterns.cors.allowed-origin-patterns=https://*.example,http://localhost:[*]",
			"eventsource.streams.patterns.cors.allow-credentials=true" };

	private static final Map<List<Object>, TestServer> servers = new HashMap<>();

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@AfterAll
	static void stop() {
		servers.values().forEach(TestServer::close);
		servers.clear();
	}

	@ParameterizedTest
	@EachContainer
	void allowedOriginReadsTheStream(Container container) throws Exception {
		TestServer server = server(container, RULES);
		try (StreamClient client = StreamClient.connect(server.uri("/events/messages"), "Origin", FRIEND)) {
			assertThat(client.head().statusCode()).isEqualTo(200);
			assertThat(client.head().headers().allValues(ORIGIN)).containsExactly(FRIEND);
			assertThat(client.head().headers().allValues("Vary")).contains("Origin");
			assertThat(client.head().headers().firstValue(CREDENTIALS)).isEmpty();
			server.bean(EventChannel.class).publish("message", "hello");
			await().until(() -> client.count() == 1);
		}
	}

	@ParameterizedTest
	@EachContainer
	void originThatIsNotAllowedOpensNoStream(Container container) throws Exception {
		TestServer server = server(container, RULES);
		for (String method : List.of("GET", "HEAD")) {
			HttpResponse<String> response = send(server, method, "/events/partners", "Origin", STRANGER);
			assertThat(response.statusCode()).isEqualTo(403);
			assertThat(response.headers().firstValue(ORIGIN)).isEmpty();
			assertThat(response.body()).doesNotContain("retry:");
		}
		assertThat(server.clients("partners")).isZero();
	}

	@ParameterizedTest
	@EachContainer
	void clientsOfTheSameOriginAndThoseThatAreNoBrowsersNeedNoPermission(Container container) throws Exception {
		TestServer server = server(container, RULES);
		for (String[] headers : List.of(new String[0],
				new String[] { "Origin", "http://127.0.0.1:" + server.port() })) {
			try (StreamClient client = StreamClient.connect(server.uri("/events/nobody"), headers)) {
				assertThat(client.head().statusCode()).isEqualTo(200);
			}
		}
	}

	@ParameterizedTest
	@EachContainer
	void withoutRulesNoOtherOriginMayReadAStream(Container container) throws Exception {
		TestServer server = server(container);
		try (StreamClient client = StreamClient.connect(server.uri("/events/messages"), "Origin", FRIEND)) {
			assertThat(client.head().headers().firstValue(ORIGIN)).isEmpty();
		}
		assertThat(isAllowed(server, "/events/messages", FRIEND)).isFalse();
	}

	@ParameterizedTest
	@EachContainer
	void originsMayBeGivenByAPatternAndWithCredentials(Container container) throws Exception {
		TestServer server = server(container, RULES);
		for (String origin : List.of(FRIEND, "http://localhost:3000")) {
			try (StreamClient client = StreamClient.connect(server.uri("/events/patterns"), "Origin", origin)) {
				HttpHeaders headers = client.head().headers();
				assertThat(headers.allValues(ORIGIN)).containsExactly(origin);
				assertThat(headers.allValues(CREDENTIALS)).containsExactly("true");
			}
		}
		assertThat(
				preflight(server, "/events/patterns", FRIEND, "GET", "Last-Event-ID").headers().allValues(CREDENTIALS))
			.containsExactly("true");
	}

	@ParameterizedTest
	@EachContainer
	void everyOriginMayBeAllowed(Container container) throws Exception {
		TestServer server = server(container, RULES);
		try (StreamClient client = StreamClient.connect(server.uri("/events/everybody"), "Origin", STRANGER)) {
			assertThat(client.head().headers().allValues(ORIGIN)).containsExactly("*");
		}
	}

	@ParameterizedTest
	@EachContainer
	void preflightOfAClientThatComesBackIsAnswered(Container container) throws Exception {
		TestServer server = server(container, RULES);
		HttpResponse<String> response = preflight(server, "/events/everybody", STRANGER, "GET",
				"authorization,cache-control,last-event-id");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Access-Control-Allow-Methods").orElseThrow().split(","))
			.containsExactlyInAnyOrder("GET", "HEAD");
		assertThat(response.headers().firstValue(HEADERS).orElseThrow().split(", "))
			.containsExactlyInAnyOrder("authorization", "cache-control", "last-event-id");
		assertThat(response.headers().firstValue(MAX_AGE)).hasValue("1800");
		assertThat(preflight(server, "/events/messages", FRIEND, "GET", "Last-Event-ID").headers().firstValue(MAX_AGE))
			.hasValue("300");
	}

	@ParameterizedTest
	@EachContainer
	void preflightForWhatIsNotAllowedIsNotAnswered(Container container) throws Exception {
		TestServer server = server(container, RULES);
		for (HttpResponse<String> response : List.of(
				preflight(server, "/events/messages", STRANGER, "GET", "Last-Event-ID"),
				preflight(server, "/events/messages", FRIEND, "POST", "Last-Event-ID"),
				preflight(server, "/events/messages", FRIEND, "GET", "X-Tenant"))) {
			assertThat(response.headers().firstValue(ORIGIN)).isEmpty();
		}
	}

	@ParameterizedTest
	@EachContainer
	void lastEventIdMayBeSentWhateverOtherHeadersAreAllowed(Container container) throws Exception {
		TestServer server = server(container, RULES);
		HttpResponse<String> response = preflight(server, "/events/partners", PARTNER, "GET",
				"Last-Event-ID, X-Tenant");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue(HEADERS).orElseThrow().split(", "))
			.containsExactlyInAnyOrder("Last-Event-ID", "X-Tenant");
		assertThat(server.clients("partners")).isZero();
	}

	@ParameterizedTest
	@EachContainer
	void rulesOfOneStreamReplaceThoseOfAll(Container container) throws Exception {
		TestServer server = server(container, RULES);
		assertThat(isAllowed(server, "/events/partners", PARTNER)).isTrue();
		assertThat(isAllowed(server, "/events/partners", FRIEND)).isFalse();
		// The primary stream, at both of its paths
		for (String path : List.of("/events", "/events/messages")) {
			assertThat(isAllowed(server, path, FRIEND)).isTrue();
			assertThat(isAllowed(server, path, PARTNER)).isFalse();
		}
	}

	@ParameterizedTest
	@EachContainer
	void oneStreamMayBeClosedToOtherOrigins(Container container) throws Exception {
		assertThat(isAllowed(server(container, RULES), "/events/nobody", FRIEND)).isFalse();
	}

	@ParameterizedTest
	@EachContainer
	void rulesOfTheApplicationAndOfAStreamAreCombined(Container container) throws Exception {
		TestServer server = server(container, "test.cors=true", "eventsource.cors.allowed-origins=" + FRIEND,
				"eventsource.cors.max-age=5m", "eventsource.streams.nobody.cors.allowed-origins=");
		for (String origin : List.of(FRIEND, PARTNER)) {
			HttpResponse<String> response = preflight(server, "/events/messages", origin, "GET", "Last-Event-ID");
			assertThat(response.headers().allValues(ORIGIN)).containsExactly(origin);
			assertThat(response.headers().allValues(CREDENTIALS)).containsExactly("true");
			assertThat(response.headers().firstValue(MAX_AGE)).hasValue("300");
		}
		assertThat(isAllowed(server, "/events/messages", STRANGER)).isFalse();
		// Those of the application alone
		try (StreamClient client = StreamClient.connect(server.uri("/events/nobody"), "Origin", PARTNER)) {
			assertThat(client.head().headers().allValues(ORIGIN)).containsExactly(PARTNER);
		}
		assertThat(preflight(server, "/events/nobody", PARTNER, "GET", "Last-Event-ID").headers().firstValue(MAX_AGE))
			.hasValue("60");
		assertThat(send(server, "GET", "/events/nobody", "Origin", FRIEND).statusCode()).isEqualTo(403);
	}

	@ParameterizedTest
	@EachContainer
	void streamOpenedByAControllerHasTheRulesOfTheController(Container container) throws Exception {
		TestServer server = server(container, RULES);
		try (StreamClient client = StreamClient.connect(server.uri("/my/own/path"), "Origin", STRANGER)) {
			assertThat(client.head().headers().allValues(ORIGIN)).containsExactly(STRANGER);
			await().until(() -> server.clients("nobody") > 0);
		}
		assertThat(send(server, "GET", "/my/own/path", "Origin", FRIEND).statusCode()).isEqualTo(403);
	}

	@ParameterizedTest
	@EachContainer
	void browserMayReadThatItIsToComeBackLater(Container container) throws Exception {
		StreamClient client = StreamClient.connect(server(container, RULES).uri("/events/busy"), "Origin", FRIEND);
		assertThat(client.head().headers().allValues(ORIGIN)).containsExactly(FRIEND);
		assertThat(client.awaitEnd().reconnectionTime()).isPositive();
	}

	@ParameterizedTest
	@EachContainer
	void preflightPassesSpringSecurityThatLeavesCorsToSpringMvc(Container container) throws Exception {
		try (TestServer secured = TestServer.start(container, SecuredApplication.class,
				TestServer.without(TestServer.DATABASE), "eventsource.cors.allowed-origins=" + FRIEND,
				"eventsource.cors.allow-credentials=true", "spring.security.user.name=alice",
				"spring.security.user.password=secret")) {
			assertThat(isAllowed(secured, "/events/messages", FRIEND)).isTrue();
			assertThat(isAllowed(secured, "/events/messages", STRANGER)).isFalse();
			HttpResponse<String> nobody = send(secured, "GET", "/events/messages", "Origin", FRIEND);
			assertThat(nobody.statusCode()).isEqualTo(401);
			assertThat(nobody.headers().allValues(ORIGIN)).containsExactly(FRIEND);
			try (StreamClient alice = StreamClient.connect(secured.uri("/events/messages"), "Origin", FRIEND,
					"Authorization", "Basic " + Base64.getEncoder().encodeToString("alice:secret".getBytes()))) {
				assertThat(alice.head().statusCode()).isEqualTo(200);
				assertThat(alice.head().headers().allValues(ORIGIN)).containsExactly(FRIEND);
				assertThat(alice.head().headers().allValues(CREDENTIALS)).containsExactly("true");
			}
		}
	}

	private static TestServer server(Container container, String... properties) {
		return servers.computeIfAbsent(List.of(container, Arrays.asList(properties)),
				(key) -> TestServer.start(container, Application.class, properties));
	}

	private boolean isAllowed(TestServer server, String path, String origin) throws Exception {
		HttpResponse<String> response = preflight(server, path, origin, "GET", "Last-Event-ID");
		return response.statusCode() == 200 && response.headers().firstValue(ORIGIN).isPresent();
	}

	private HttpResponse<String> preflight(TestServer server, String path, String origin, String method, String headers)
			throws Exception {
		return send(server, "OPTIONS", path, "Origin", origin, "Access-Control-Request-Method", method,
				"Access-Control-Request-Headers", headers);
	}

	private HttpResponse<String> send(TestServer server, String method, String path, String... headers)
			throws Exception {
		return this.http.send(HttpRequest.newBuilder(server.uri(path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.headers(headers)
			.timeout(Patience.LIMIT)
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		@Primary
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Flux<Event> partners() {
			return Flux.never();
		}

		@Bean
		Flux<Event> patterns() {
			return Flux.never();
		}

		@Bean
		Flux<Event> everybody() {
			return Flux.never();
		}

		@Bean
		Flux<Event> nobody() {
			return Flux.never();
		}

		@Bean
		Flux<Event> busy() {
			return Flux.never();
		}

		@Bean
		@Qualifier("busy")
		StreamAdmission notNow() {
			return (client, request) -> Admission.unavailable();
		}

		@Bean
		Routes routes(EventSourceEndpoint endpoint) {
			return new Routes(endpoint);
		}

		@Bean
		@ConditionalOnProperty("test.cors")
		WebMvcConfigurer corsOfTheApplication() {
			return new WebMvcConfigurer() {

				@Override
				public void addCorsMappings(CorsRegistry registry) {
					registry.addMapping("/events/**").allowedOrigins(PARTNER).allowCredentials(true).maxAge(60);
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SecuredApplication extends Application {

		@Bean
		SecurityFilterChain rules(HttpSecurity http) {
			return http.cors(Customizer.withDefaults())
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

	@RestController
	static class Routes {

		private final EventSourceEndpoint endpoint;

		Routes(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@GetMapping("/my/own/path")
		@CrossOrigin(STRANGER)
		SseEmitter stream(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open("nobody", request, response);
		}

	}

}
