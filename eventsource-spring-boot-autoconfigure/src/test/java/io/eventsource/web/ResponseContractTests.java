package io.eventsource.web;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import io.eventsource.EventChannel;
import io.eventsource.Patience;
import io.eventsource.web.AnsweringController.CustomException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.filter.OncePerRequestFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A controller says what its answer is like, and what becomes of its exceptions, as where
 * it returns a {@code Flux} to Spring MVC.
 */
@Tag("direct")
@ExtendWith(OutputCaptureExtension.class)
class ResponseContractTests {

	private static final List<String> ANSWERS = List.of("plain", "entity", "annotated", "direct", "cookies", "reserved",
			"nothing", "thrown", "conflict", "checked", "custom", "late");

	private static final Set<String> VARYING = Set.of("date", "transfer-encoding", "connection", "keep-alive",
			"content-length");

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void clientSeesTheSameAsWithAFlux(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class);
		for (String answer : ANSWERS) {
			assertSame("GET", answer);
			assertSame("POST", answer);
		}
	}

	private void assertSame(String method, String answer) throws Exception {
		Response expected = answer(method, "/flux/" + answer);
		Response ours = answer(method, "/ours/" + answer);
		assertThat(ours.status).as(answer).isEqualTo(expected.status);
		Map<String, Set<String>> headers = new TreeMap<>(ours.headers);
		if (ours.events()) {
			// What we say to proxies, unless the application says something else
			expected.headers.forEach((name, values) -> assertThat(headers).containsEntry(name, values));
			headers.keySet().removeAll(expected.headers.keySet());
			assertThat(Set.of("cache-control", "x-accel-buffering")).containsAll(headers.keySet());
			assertThat(ours.body).contains("data:a\n").contains("data:b\n");
		}
		else {
			assertThat(ours.headers).isEqualTo(expected.headers);
			assertThat(ours.body).isEqualTo(expected.body);
		}
		await().untilAsserted(() -> assertThat(this.server.clients("messages")).isZero());
	}

	@ParameterizedTest
	@EachContainer
	void placeIsGivenBackAndTheExceptionIsLogged(TestServer.Container container, CapturedOutput output)
			throws Exception {
		this.server = TestServer.start(container, Application.class, "eventsource.max-connections=1");
		for (int i = 0; i < 3; i++) {
			assertThat(answer("GET", "/ours/thrown").status).isEqualTo(500);
			await().untilAsserted(() -> assertThat(this.server.clients("messages")).isZero());
		}
		assertThat(output).contains("thrown after it was opened");
		for (int i = 0; i < 3; i++) {
			assertThat(answer("GET", "/ours/forgotten").body).isEqualTo("something else");
			await().untilAsserted(() -> assertThat(this.server.clients("messages")).isZero());
		}
	}

	/** Or it would be let in by what says how streams begin. */
	@ParameterizedTest
	@EachContainer
	void refusalIsNotMadeASuccess(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class, "eventsource.reject=status");
		for (String path : List.of("/refused/entity", "/refused/annotated")) {
			assertThat(answer("GET", path).status).isEqualTo(403);
		}
		try (StreamClient client = StreamClient.connect(this.server.uri("/ours/endless"))) {
			assertThat(client.head().statusCode()).isEqualTo(200);
			this.server.bean(EventSourceEndpoint.class).stop("messages");
			client.awaitEnd();
			Response over = answer("GET", "/ours/entity-of-stream", "Last-Event-ID", client.lastEventId());
			assertThat(over.status).isEqualTo(204);
		}
	}

	@ParameterizedTest
	@EachContainer
	void headIsAnsweredLikeGet(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Application.class);
		Response head = answer("HEAD", "/ours/entity");
		assertThat(head.status).isEqualTo(201);
		assertThat(head.headers).containsEntry("x-answer", Set.of("1"));
	}

	/** It has left, which is nothing that the application could handle. */
	@ParameterizedTest
	@EachContainer
	void adviceIsNotAskedAboutAClientThatResets(TestServer.Container container, CapturedOutput output)
			throws Exception {
		this.server = TestServer.start(container, Application.class, "eventsource.heartbeat=100ms",
				"eventsource.max-connections=15");
		Application application = this.server.bean(Application.class);
		for (int i = 0; i < 20; i++) {
			String path = (i % 2 == 0) ? "/ours/slow" : "/events/messages";
			reset("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nX-Slow: 1\r\n\r\n");
		}
		await().untilAsserted(() -> assertThat(application.slow).hasSize(20));
		await().untilAsserted(() -> assertThat(this.server.clients("messages")).isZero());
		assertThat(application.asked).isEmpty();
		assertThat(output).doesNotContain(" WARN ", " ERROR ");
	}

	private void reset(String request) throws IOException {
		try (java.nio.channels.SocketChannel socket = java.nio.channels.SocketChannel
			.open(new java.net.InetSocketAddress("127.0.0.1", this.server.port()))) {
			socket.write(java.nio.ByteBuffer.wrap(request.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
			socket.setOption(StandardSocketOptions.SO_LINGER, 0);
		}
	}

	private Response answer(String method, String path, String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(this.server.uri(path))
			.timeout(Patience.LIMIT)
			.method(method, HttpRequest.BodyPublishers.noBody());
		if (headers.length > 0) {
			request.headers(headers);
		}
		HttpResponse<String> response = this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
		Map<String, Set<String>> seen = response.headers()
			.map()
			.entrySet()
			.stream()
			.filter((header) -> !VARYING.contains(header.getKey()))
			.collect(Collectors.toMap(Map.Entry::getKey, (header) -> new TreeSet<>(header.getValue())));
		seen.computeIfPresent("content-type",
				(name, values) -> Set.of(values.toString().replaceAll("[\\[\\]]|;\\s*charset=utf-8\\b", "")));
		return new Response(response.statusCode(), seen, masked(response.body()));
	}

	/** What says when, and at which path. */
	private static String masked(String body) {
		return body.replaceAll("\"timestamp\":\"[^\"]*\"", "")
			.replaceAll("/(flux|ours)/", "/")
			.replace("data: ", "data:");
	}

	private record Response(int status, Map<String, Set<String>> headers, String body) {

		boolean events() {
			return this.headers.getOrDefault("content-type", Set.of()).toString().contains("event-stream");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final List<Exception> asked = new CopyOnWriteArrayList<>();

		private final List<String> slow = new CopyOnWriteArrayList<>();

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Advice advice() {
			return new Advice(this.asked);
		}

		@Bean
		StreamAdmission admission() {
			return (client, request) -> request.getRequestURI().startsWith("/refused/") ? Admission.forbidden()
					: Admission.accept();
		}

		@Bean
		OncePerRequestFilter filter() {
			return new Headers(this.slow);
		}

		@Bean
		AnsweringController controller(EventSourceEndpoint endpoint) {
			return new AnsweringController(endpoint);
		}

	}

	/**
	 * Sets what a filter of an application may set.
	 */
	static class Headers extends OncePerRequestFilter {

		private final List<String> slow;

		Headers(List<String> slow) {
			this.slow = slow;
		}

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			response.addHeader("X-Filter", "yes");
			if (request.getHeader("X-Slow") != null) {
				awaitReset(request);
				this.slow.add(request.getRequestURI());
			}
			chain.doFilter(request, response);
		}

		/** Time for the reset to arrive. */
		private static void awaitReset(HttpServletRequest request) {
			java.util.concurrent.locks.LockSupport.parkNanos(java.time.Duration.ofMillis(50).toNanos());
		}

	}

	@RestControllerAdvice
	static class Advice {

		private final List<Exception> asked;

		Advice(List<Exception> asked) {
			this.asked = asked;
		}

		@ExceptionHandler
		ResponseEntity<Map<String, String>> custom(CustomException ex) {
			return ResponseEntity.status(418).header("X-Advice", "custom").body(Map.of("error", "custom"));
		}

		@ExceptionHandler
		ResponseEntity<Map<String, String>> all(Exception ex) throws Exception {
			this.asked.add(ex);
			throw ex;
		}

	}

}
