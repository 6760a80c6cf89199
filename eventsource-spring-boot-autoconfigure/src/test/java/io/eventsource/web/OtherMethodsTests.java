package io.eventsource.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.EveryBlockReader;
import io.eventsource.Patience;
import io.eventsource.PersonalStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What answers a request that no {@code EventSource} sends: the events as they were
 * published, byte by byte, with nothing before, between or behind them.
 */
@Tag("direct")
class OtherMethodsTests {

	private static final String ANSWER = """
			data: {"a":1}

			event: word
			data: b
			data: c

			: note
			id: 7
			retry: 5
			data: d

			""";

	private static final Map<TestServer.Container, TestServer> servers = new EnumMap<>(TestServer.Container.class);

	@BeforeAll
	static void start() {
		for (TestServer.Container container : TestServer.containers()) {
			servers.put(container, TestServer.start(container, Application.class));
		}
	}

	@AfterAll
	static void stop() {
		servers.values().forEach(TestServer::close);
	}

	@ParameterizedTest(name = "{1} {2} from {0}")
	@MethodSource("answers")
	void answerHasNothingButTheEventsOfThePublisher(TestServer.Container container, String method, String path,
			String answer) throws Exception {
		HttpResponse<String> response = send(container, method, path);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo(answer);
		assertThat(EveryBlockReader.read(bytes(answer))).hasSameSizeAs(reader(answer).events())
			.extracting(Received::data)
			.isEqualTo(reader(answer).events().stream().map(Received::data).toList());
		assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream;charset=utf-8");
	}

	static Stream<Arguments> answers() {
		Map<String, String> answers = Map.of("/given", ANSWER, "/bean/answer", ANSWER, "/bean/own", ANSWER,
				"/bean/none", "", "/bean/filtered", "id: 50\ndata: 50\n\n", "/bean/filtered?types=other", "",
				"/bean/answer?types=word", "event: word\ndata: b\ndata: c\n\n");
		return TestServer.containers()
			.stream()
			.flatMap((container) -> Stream.of("POST", "PUT", "PATCH", "DELETE")
				.flatMap((method) -> answers.entrySet()
					.stream()
					.map((entry) -> Arguments.of(container, method, entry.getKey(), entry.getValue()))));
	}

	@ParameterizedTest
	@EachContainer
	void answerToAGetIsThatOfAnEventSource(TestServer.Container container) throws Exception {
		assertThat(send(container, "GET", "/given").body().replaceAll("[0-9a-z]{15}([-~])", "run$1")).isEqualTo("""
				retry: 3000
				id: run-0
				data: {"a":1}

				id: run-1
				event: word
				data: b
				data: c

				: note
				id: 7
				retry: 5
				data: d

				id: run~end

				""");
	}

	/**
	 * Readers that hand out every block get one for each id without data, and no other.
	 */
	@ParameterizedTest
	@EachContainer
	void getHasNoBlockWithoutDataButForPositions(TestServer.Container container) throws Exception {
		try (TestServer server = TestServer.start(container, Application.class, "eventsource.heartbeat=100ms");
				RawClient client = RawClient.send(server.port(),
						"GET /events/channel HTTP/1.0\r\nHost: localhost\r\n\r\n")) {
			client.readUntil("\r\n\r\n");
			String opening = client.readUntil(":\n") + client.readUntil(":\n");
			server.bean("channel", EventChannel.class).publish(Event.of("a"));
			String stream = opening + client.readUntil("data: a\n\n") + client.readUntil(":\n");
			assertThat(EveryBlockReader.read(bytes(stream))).extracting(Received::data).containsExactly("", "a");
			assertThat(stream).startsWith("retry: 3000\nid: ");
		}
	}

	@ParameterizedTest
	@EachContainer
	void resumedAnswerHasTheRest(TestServer.Container container) throws Exception {
		send(container, "POST", "/bean/numbers");
		assertThat(send(container, "POST", "/bean/numbers", "Last-Event-ID", "1").body())
			.isEqualTo("id: 2\ndata: 2\n\nid: 3\ndata: 3\n\n");
		assertThat(send(container, "POST", "/bean/stored", "Last-Event-ID", "1").body())
			.isEqualTo("id: 2\ndata: stored\n\nid: 3\ndata: live\n\n");
	}

	/** Whoever sends an id expects to miss nothing behind it. */
	@ParameterizedTest
	@EachContainer
	void gapIsToldWhereAnIdWasSentAndCannotBeResumed(TestServer.Container container) throws Exception {
		for (String path : List.of("/bean/answer", "/given")) {
			assertThat(send(container, "POST", path, "Last-Event-ID", "nobody's").body())
				.isEqualTo("event: gap\ndata: {\"cause\":\"unknown\"}\n\n" + ANSWER);
		}
		assertThat(send(container, "POST", "/resumed", "Last-Event-ID", "6").body()).isEqualTo(ANSWER);
	}

	@ParameterizedTest
	@EachContainer
	void eventThatCannotBeSentIsToldInItsPlace(TestServer.Container container) throws Exception {
		assertThat(send(container, "POST", "/bean/broken").body())
			.isEqualTo("data: a\n\nevent: gap\ndata: {\"cause\":\"rejected\"}\n\ndata: b\n\n");
	}

	@ParameterizedTest
	@EachContainer
	void silentAnswerHasCommentsAndNoBytesBefore(TestServer.Container container) throws Exception {
		try (TestServer server = TestServer.start(container, Application.class, "eventsource.heartbeat=100ms",
				"eventsource.shutdown.drain=200ms");
				RawClient client = RawClient.send(server.port(),
						"POST /bean/channel HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")) {
			String answer = client.readUntil("\r\n\r\n") + client.readUntil(":\n") + client.readUntil(":\n");
			boolean chunked = !TestServer.isDirect(container);
			assertThat(answer.substring(answer.indexOf("\r\n\r\n")))
				.isEqualTo("\r\n\r\n" + (chunked ? "2\r\n:\n\r\n2\r\n:\n" : ":\n:\n"));
			server.bean("channel", EventChannel.class).publish(Event.of("a"));
			assertThat(client.readUntil("\n\n")).endsWith("data: a\n\n").doesNotContain("id");
			server.close();
			assertThat(client.readToEnd()).doesNotContain("retry", "id").endsWith(chunked ? "0\r\n\r\n" : "");
		}
	}

	@ParameterizedTest
	@EachContainer
	void silentAnswerOverHttp2HasItsHeadAtOnce(TestServer.Container container) throws Exception {
		try (TestServer server = TestServer.start(container, Application.class, "server.http2.enabled=true")) {
			HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
			// Upgrades the connection, which a POST does not
			http.send(HttpRequest.newBuilder(server.uri("/given")).build(), HttpResponse.BodyHandlers.discarding());
			try (StreamClient client = StreamClient.send(http,
					HttpRequest.newBuilder(server.uri("/bean/channel"))
						.POST(HttpRequest.BodyPublishers.noBody())
						.build())) {
				assertThat(client.head().version()).isEqualTo(HttpClient.Version.HTTP_2);
				server.bean("channel", EventChannel.class).publish(Event.of("a"));
				await().until(() -> client.count() == 1);
				assertThat(client.lastEventId()).isEmpty();
				assertThat(client.reconnectionTime()).isNull();
			}
		}
	}

	@ParameterizedTest
	@EachContainer
	void answerByASendingThreadHasNothingElseEither(TestServer.Container container) throws Exception {
		try (TestServer server = TestServer.start(container, BlockingApplication.class)) {
			assertThat(send(server, "POST", "/given").body()).isEqualTo(ANSWER);
		}
	}

	@ParameterizedTest
	@EachContainer
	void oneTooManyIsRefusedByAStatusAlsoWhereBrowsersAreToldToComeBack(TestServer.Container container)
			throws Exception {
		try (TestServer server = TestServer.start(container, Application.class, "eventsource.max-connections=1");
				StreamClient first = StreamClient.connect(server.uri("/events/channel"))) {
			assertThat(first.head().statusCode()).isEqualTo(200);
			HttpResponse<String> refused = send(server, "POST", "/given");
			assertThat(refused.statusCode()).isEqualTo(503);
			assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow())).isBetween(3, 7);
			assertThat(refused.body()).isEmpty();
			assertThat(send(server, "GET", "/given").body()).matches("retry: \\d+\n");
			server.bean(EventSourceEndpoint.class).drain(Duration.ZERO);
			assertThat(send(server, "POST", "/given").statusCode()).isEqualTo(503);
			assertThat(send(server, "GET", "/given").body()).matches("retry: \\d+\n");
		}
	}

	@Test
	void headersOfASilentAnswerComeThroughAProxyBeforeItsFirstByte(@TempDir Path folder) throws Exception {
		assumeTrue(Nginx.isInstalled(), Nginx.REMEDY);
		TestServer server = servers.get(TestServer.Container.TOMCAT);
		try (Nginx nginx = Nginx.start(folder, server.port());
				StreamClient client = StreamClient.send(HttpRequest.newBuilder(nginx.uri("/events/of/channel"))
					.POST(HttpRequest.BodyPublishers.noBody())
					.build())) {
			assertThat(client.head().statusCode()).isEqualTo(200);
			await().until(() -> server.clients("channel") > 0);
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static EventStreamReader reader(String answer) {
		EventStreamReader reader = new EventStreamReader();
		reader.feed(bytes(answer));
		return reader;
	}

	private static HttpResponse<String> send(TestServer.Container container, String method, String path,
			String... headers) throws Exception {
		return send(servers.get(container), method, path, headers);
	}

	private static HttpResponse<String> send(TestServer server, String method, String path, String... headers)
			throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.timeout(Patience.LIMIT);
		if (headers.length > 0) {
			request.headers(headers);
		}
		return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		static Flux<Event> events() {
			return Flux.just(Event.of(Map.of("a", 1)), Event.of("word", "b\nc"),
					Event.builder().comment("note").retry(Duration.ofMillis(5)).id("7").data("d").build());
		}

		@Bean
		Flux<Event> answer() {
			return events();
		}

		@Bean
		PersonalStream own() {
			return (client) -> events();
		}

		@Bean
		PersonalStream none() {
			return (client) -> Flux.empty();
		}

		@Bean
		Flux<Event> numbers() {
			return Flux.range(1, 3).map((n) -> Event.builder().id("" + n).data("" + n).build());
		}

		@Bean
		Flux<Event> stored() {
			return Flux.just(Event.builder().id("3").data("live").build());
		}

		@Bean
		@Qualifier("stored")
		EventHistory storedHistory() {
			return (id, client, limit) -> id.equals("1") ? Stream.of(Event.builder().id("2").data("stored").build())
					: null;
		}

		@Bean
		Flux<Event> filtered() {
			return Flux.range(0, 200).map((n) -> Event.builder().id("" + n).data("" + n).build());
		}

		@Bean
		@Qualifier("filtered")
		EventFilter fifty() {
			return (event, client) -> "50".equals(event.id());
		}

		@Bean
		Flux<Event> broken() {
			return Flux.just(Event.of("a"), Event.of(new Broken()), Event.of("b"));
		}

		@Bean
		EventChannel channel() {
			return EventChannel.create();
		}

		@Bean
		Answers answers(EventSourceEndpoint endpoint) {
			return new Answers(endpoint);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class BlockingApplication {

		@Bean
		BlockingFilter blockingFilter() {
			return new BlockingFilter(false);
		}

	}

	/** Cannot be written as JSON. */
	public static class Broken {

		public String getText() {
			throw new IllegalStateException("broken");
		}

	}

	@RestController
	static class Answers {

		private final EventSourceEndpoint endpoint;

		Answers(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@RequestMapping("/given")
		@Nullable SseEmitter given(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(Application.events(), request, response);
		}

		@RequestMapping("/resumed")
		@Nullable SseEmitter resumed(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(Application.events(), EventSourceEndpoint.lastEventId(request), request,
					response);
		}

		@RequestMapping({ "/bean/{name}", "/events/of/{name}" })
		@Nullable SseEmitter bean(@PathVariable String name, HttpServletRequest request, HttpServletResponse response)
				throws IOException {
			return this.endpoint.open(name, request, response);
		}

	}

}
