package io.eventsource.web;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.Patience;
import io.eventsource.StreamSnapshot.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What HTTP says about a stream, on each container: rows 20 to 32 of the wire format, and
 * how the paths answer.
 */
@Tag("direct")
class HttpContractTests {

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
	void headersAndPreambleArriveAtOnceFromAnIdleStream(TestServer.Container container) throws Exception {
		start(container);
		try (RawClient client = RawClient.send(this.server.port(),
				"GET /events/idle HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
			String answer = client.readUntil("retry: 3000\n");
			assertThat(answer).startsWith("HTTP/1.1 200")
				.containsOnlyOnce("Content-Type: text/event-stream;charset=utf-8\r\n")
				.containsOnlyOnce("Cache-Control: no-cache, no-store, no-transform\r\n")
				.containsOnlyOnce("X-Accel-Buffering: no\r\n");
			assertThat(answer.contains("Connection: close")).isEqualTo(TestServer.isDirect(container));
		}
	}

	@ParameterizedTest
	@EachContainer
	void streamIsServedAtItsNameAndThePrimaryOneAtTheBasePathToo(TestServer.Container container) throws Exception {
		start(container);
		for (String path : new String[] { "/events", "/events/messages" }) {
			try (StreamClient client = StreamClient.connect(this.server.uri(path))) {
				await().until(() -> this.server.clients("messages") == 1);
				this.server.bean(EventChannel.class).publish("greeting", "hello");
				await().untilAsserted(() -> assertThat(client.data()).containsExactly("hello"));
			}
			await().until(this::nobodyLeftAfterTraffic);
		}
		assertThat(status("GET", "/events/texts")).isEqualTo(404);
	}

	private boolean nobodyLeftAfterTraffic() {
		this.server.bean(EventChannel.class).publish("ping", "");
		return this.server.clients("messages") == 0;
	}

	@ParameterizedTest
	@EachContainer
	void headIsAnsweredWithTheHeadersAndLeavesNothingBehind(TestServer.Container container) throws Exception {
		start(container);
		HttpResponse<String> response = send("HEAD", "/events/idle");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Type"))
			.hasValueSatisfying((type) -> assertThat(type).startsWith("text/event-stream"));
		assertThat(response.body()).isEmpty();
		assertThat(this.server.snapshot("idle").clients()).isZero();
		assertThat(this.server.snapshot("idle").state()).isEqualTo(State.WAITING);
	}

	@ParameterizedTest
	@EachContainer
	void otherMethodsAreRefusedAndOptionsListsTheAllowedOnes(TestServer.Container container) throws Exception {
		start(container);
		assertThat(status("POST", "/events/idle")).isEqualTo(405);
		HttpResponse<String> options = send("OPTIONS", "/events/idle");
		assertThat(options.statusCode()).isEqualTo(200);
		assertThat(options.headers().firstValue("Allow")).hasValue("GET,HEAD,OPTIONS");
	}

	@ParameterizedTest
	@EachContainer
	void controllerMayShareThePathOfAStream(TestServer.Container container) throws Exception {
		start(container);
		assertThat(status("POST", "/events/messages")).isEqualTo(200);
		try (StreamClient client = StreamClient.connect(this.server.uri("/events/messages"))) {
			assertThat(client.head().statusCode()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "*/*", "text/*", "text/event-stream", "text/html, */*;q=0.1", "" })
	void acceptThatAdmitsEventStreamsIsServed(String accept) throws Exception {
		start(TestServer.Container.TOMCAT);
		try (StreamClient client = accept.isEmpty() ? StreamClient.connect(this.server.uri("/events/idle"))
				: StreamClient.connect(this.server.uri("/events/idle"), "Accept", accept)) {
			assertThat(client.head().statusCode()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@EachContainer
	void acceptThatExcludesEventStreamsIsRefused(TestServer.Container container) throws Exception {
		start(container);
		HttpRequest request = HttpRequest.newBuilder(this.server.uri("/events/idle"))
			.header("Accept", "application/json")
			.build();
		assertThat(this.http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(406);
	}

	@ParameterizedTest
	@EachContainer
	void clientResumesBehindTheIdInTheHeaderWhichIsUtf8(TestServer.Container container) throws Exception {
		start(container);
		StreamClient.connect(this.server.uri("/events/named")).awaitEnd();
		// The client sends the bytes of UTF-8, each as one character of ISO-8859-1
		String header = new String("zwei-\u00e9\u2713".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
		try (RawClient client = RawClient.send(this.server.port(),
				"GET /events/named?lastEventId=eins HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: " + header
						+ "\r\n\r\n")) {
			assertThat(client.readToEnd()).contains("data: c").doesNotContain("data: b", "event: gap");
		}
	}

	@ParameterizedTest
	@EachContainer
	void clientResumesBehindTheIdInTheQuery(TestServer.Container container) throws Exception {
		start(container);
		StreamClient.connect(this.server.uri("/events/named")).awaitEnd();
		StreamClient client = StreamClient.connect(this.server.uri("/events/named?lastEventId=eins")).awaitEnd();
		assertThat(client.data()).containsExactly("b", "c");
	}

	@ParameterizedTest
	@EachContainer
	void clientThatHasAllOfACompletedStreamIsToldNotToComeBack(TestServer.Container container) throws Exception {
		start(container);
		StreamClient first = StreamClient.connect(this.server.uri("/events/pair")).awaitEnd();
		assertThat(first.data()).containsExactly("a", "b");
		StreamClient back = StreamClient.connect(this.server.uri("/events/pair"), "Last-Event-ID", first.lastEventId());
		assertThat(back.head().statusCode()).isEqualTo(204);
		// Else a cache on the way may answer others with it, whose browsers then give up
		assertThat(back.head().headers().firstValue("Cache-Control")).hasValue("no-store");
		StreamClient fresh = StreamClient.connect(this.server.uri("/events/pair")).awaitEnd();
		assertThat(fresh.data()).containsExactly("a", "b");
	}

	@ParameterizedTest
	@EachContainer
	void hostileLastEventIdIsHarmless(TestServer.Container container) throws Exception {
		start(container);
		String[] ids = { "x".repeat(3000), "1-99999999999999999999", "--", "%00%0d%0adata:x", "null" };
		for (String id : ids) {
			try (StreamClient client = StreamClient.connect(this.server.uri("/events/messages"), "Last-Event-ID", id)) {
				assertThat(client.head().statusCode()).isEqualTo(200);
				await().untilAsserted(() -> assertThat(client.events()).extracting(Received::type, Received::data)
					.containsExactly(org.assertj.core.groups.Tuple.tuple("gap", "{\"cause\":\"unknown\"}")));
				assertThat(client.lastEventId()).isEmpty();
			}
		}
	}

	@ParameterizedTest
	@EachContainer
	void compressedStreamReachesTheClientEventByEvent(TestServer.Container container) throws Exception {
		start(container, "server.compression.enabled=true", "server.compression.mime-types=text/event-stream",
				"server.compression.min-response-size=1");
		HttpRequest request = HttpRequest.newBuilder(this.server.uri("/events/messages"))
			.header("Accept-Encoding", "gzip")
			.timeout(Patience.LIMIT)
			.build();
		HttpResponse<java.io.InputStream> response = this.http.send(request, HttpResponse.BodyHandlers.ofInputStream());
		assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
		await().until(() -> this.server.clients("messages") == 1);
		try (GZIPInputStream body = new GZIPInputStream(response.body())) {
			assertThat(read(body, "\n\n")).matches("retry: 3000\nid: [0-9a-z]+~0\n\n");
			for (int i = 0; i < 3; i++) {
				this.server.bean(EventChannel.class).publish("n", "event " + i);
				assertThat(read(body, "\n\n")).contains("data: event " + i);
			}
		}
	}

	private static String read(java.io.InputStream input, String until) throws Exception {
		StringBuilder read = new StringBuilder();
		while (read.indexOf(until) < 0) {
			int b = input.read();
			assertThat(b).as("more after " + read).isNotNegative();
			read.append((char) b);
		}
		return read.toString();
	}

	private void start(TestServer.Container container, String... properties) {
		this.server = TestServer.start(container, Application.class, properties);
	}

	private int status(String method, String path) throws Exception {
		return send(method, path).statusCode();
	}

	private HttpResponse<String> send(String method, String path) throws Exception {
		return this.http.send(HttpRequest.newBuilder(this.server.uri(path))
			.method(method, HttpRequest.BodyPublishers.noBody())
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
		Flux<Event> idle() {
			return Flux.never();
		}

		@Bean
		Flux<Event> pair() {
			return Flux.just(Event.of("a"), Event.of("b"));
		}

		@Bean
		Flux<Event> named() {
			return Flux.just(Event.builder().id("eins").data("a").build(),
					Event.builder().id("zwei-\u00e9\u2713").data("b").build(),
					Event.builder().id("drei").data("c").build());
		}

		@Bean
		Flux<String> texts() {
			return Flux.just("not for the public");
		}

		@Bean
		PostController postController() {
			return new PostController();
		}

	}

	@RestController
	static class PostController {

		@PostMapping("/events/messages")
		String post() {
			return "posted";
		}

	}

}
