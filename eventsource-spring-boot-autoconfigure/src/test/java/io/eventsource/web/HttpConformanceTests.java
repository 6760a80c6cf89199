package io.eventsource.web;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.eventsource.ConformanceKit;
import io.eventsource.Event;
import io.eventsource.EventStreamReader;
import io.eventsource.HttpCase;
import io.eventsource.Patience;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The requests of the conformance kit, to a server on each container.
 */
@Tag("direct")
class HttpConformanceTests {

	private static final OkHttpClient http = new OkHttpClient.Builder().callTimeout(Patience.LIMIT).build();

	private static final Map<TestServer.Container, TestServer> servers = new EnumMap<>(TestServer.Container.class);

	@BeforeAll
	static void start() throws Exception {
		for (TestServer.Container container : TestServer.containers()) {
			TestServer server = TestServer.start(container, Application.class);
			servers.put(container, server);
			// The kit wants the completing stream to have been read once
			StreamClient.connect(server.uri("/events/three")).awaitEnd();
		}
	}

	@AfterAll
	static void stop() {
		http.dispatcher().executorService().shutdown();
		servers.values().forEach(TestServer::close);
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("cases")
	void requestIsAnsweredAsTheKitSays(TestServer.Container container, HttpCase expected) throws IOException {
		try (Response response = http.newCall(request(servers.get(container), expected)).execute()) {
			assertThat(response.code()).isEqualTo(expected.status());
			expected.responseHeaders()
				.forEach((name, values) -> assertThat(values(response, name)).as(name).containsAll(values));
			BufferedSource body = response.body().source();
			if (expected.staysOpen()) {
				assertThat(body.readUtf8LineStrict()).startsWith("retry:");
			}
			else if (expected.body() != null) {
				assertThat(body.readUtf8()).isEqualTo(expected.body());
			}
			else if (expected.status() < 300) {
				EventStreamReader reader = new EventStreamReader();
				reader.feed(body.readByteArray());
				assertThat(reader.events()).isEqualTo(expected.events());
			}
		}
	}

	private static Request request(TestServer server, HttpCase expected) {
		String path = expected.method().equals("POST") ? "/answers/" : "/events/";
		HttpUrl.Builder url = Objects.requireNonNull(HttpUrl.get(server.uri(path + expected.stream()))).newBuilder();
		expected.query().forEach(url::addQueryParameter);
		Headers.Builder headers = new Headers.Builder();
		expected.requestHeaders().forEach(headers::addUnsafeNonAscii);
		RequestBody body = expected.method().equals("POST") ? RequestBody.create(new byte[0]) : null;
		return new Request.Builder().url(url.build()).headers(headers.build()).method(expected.method(), body).build();
	}

	private static List<String> values(Response response, String header) {
		return response.headers(header)
			.stream()
			.flatMap((value) -> Arrays.stream(value.split("[,;]")))
			.map(String::trim)
			.toList();
	}

	static Stream<Arguments> cases() {
		return TestServer.containers()
			.stream()
			.flatMap((container) -> ConformanceKit.httpCases()
				.stream()
				.map((expected) -> Arguments.of(container, expected)));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		Flux<Event> idle() {
			return Flux.never();
		}

		@Bean
		Flux<Event> three() {
			return Flux.fromIterable(ConformanceKit.stream("three"));
		}

		@Bean
		Flux<Event> plain() {
			return Flux.fromIterable(ConformanceKit.stream("plain"));
		}

		@Bean
		PostController postController(EventSourceEndpoint endpoint) {
			return new PostController(endpoint);
		}

	}

	@RestController
	static class PostController {

		private final EventSourceEndpoint endpoint;

		PostController(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@PostMapping("/answers/{stream}")
		SseEmitter post(@PathVariable String stream, HttpServletRequest request, HttpServletResponse response)
				throws IOException {
			return this.endpoint.open(stream, request, response);
		}

	}

}
