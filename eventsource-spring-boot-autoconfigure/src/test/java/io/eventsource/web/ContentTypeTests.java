package io.eventsource.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every event stream says that it is UTF-8, whatever else says something of charsets.
 */
class ContentTypeTests {

	private static final HttpClient http = HttpClient.newHttpClient();

	private static final String TYPE = "text/event-stream;charset=utf-8";

	private static final String TEXT = "Gr\u00fc\u00dfe \u20ac \u0085 \ud83d\ude00";

	/** What a filter does to the response, as the header {@code X-Filter} says. */
	private static final List<String> FILTERS = List.of("none", "charset", "type", "header", "locale", "late",
			"appending", "blocking");

	@ParameterizedTest(name = "{0}, {1}")
	@MethodSource("applications")
	void everyStreamSaysUtf8(TestServer.Container container, String name, List<String> properties) throws Exception {
		try (TestServer server = TestServer.start(container, Application.class, properties.toArray(String[]::new))) {
			for (String request : List.of("GET /events/greetings", "HEAD /events/greetings", "POST /greetings",
					"GET /greetings", "HEAD /greetings", "GET /produced")) {
				for (String filter : FILTERS) {
					String body = stream(server, request, filter);
					assertThat(body).contains(request.startsWith("HEAD") ? "" : "data: " + TEXT + "\n");
				}
			}
			FILTERS.forEach(
					(filter) -> assertThat(stream(server, "GET /events/refused", filter)).matches("retry: \\d+\n"));
			server.bean(EventSourceEndpoint.class).drain(Duration.ZERO);
			assertThat(stream(server, "GET /events/greetings", "late")).matches("retry: \\d+\n");
		}
	}

	private static String stream(TestServer server, String request, String filter) {
		HttpResponse<byte[]> response;
		try {
			response = send(server, request.split(" "), filter);
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		assertThat(response.statusCode()).as(request).isEqualTo(200);
		assertThat(response.headers().allValues("Content-Type")).as("%s, filter: %s", request, filter)
			.containsExactly(TYPE);
		return new String(response.body(), StandardCharsets.UTF_8);
	}

	private static HttpResponse<byte[]> send(TestServer server, String[] request, String filter)
			throws IOException, InterruptedException {
		return http.send(HttpRequest.newBuilder(server.uri(request[1]))
			.method(request[0], HttpRequest.BodyPublishers.noBody())
			.header("X-Filter", filter)
			.timeout(Patience.LIMIT)
			.build(), HttpResponse.BodyHandlers.ofByteArray());
	}

	static Stream<Arguments> applications() {
		Map<String, List<String>> applications = new TreeMap<>();
		applications.put("default", List.of());
		applications.put("GBK forced", List.of("spring.servlet.encoding.force=true",
				"spring.servlet.encoding.charset=GBK", "spring.servlet.encoding.mapping.ja=Shift_JIS"));
		return TestServer.containers()
			.stream()
			.flatMap((container) -> applications.entrySet()
				.stream()
				.map((entry) -> Arguments.of(container, entry.getKey(), entry.getValue())));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		Flux<Event> greetings() {
			return Flux.just(Event.of(TEXT));
		}

		@Bean
		EventChannel refused() {
			return EventChannel.create();
		}

		@Bean
		@Qualifier("refused")
		StreamAdmission nobody() {
			return (client, request) -> Admission.unavailable();
		}

		@Bean
		Greetings controller(EventSourceEndpoint endpoint) {
			return new Greetings(endpoint);
		}

		@Bean
		Filter filter() {
			return (request, response, chain) -> {
				ServletResponse passed = response;
				switch (String.valueOf(((HttpServletRequest) request).getHeader("X-Filter"))) {
					case "charset" -> response.setCharacterEncoding("GBK");
					case "type" -> response.setContentType("text/html;charset=GBK");
					case "header" ->
						((HttpServletResponse) response).setHeader("Content-Type", "text/plain;charset=GBK");
					case "locale" -> response.setLocale(Locale.JAPANESE);
					case "late" -> passed = new Late((HttpServletResponse) response);
					case "appending" -> passed = new Appending((HttpServletResponse) response);
					case "blocking" -> passed = new Blocking((HttpServletResponse) response);
					default -> {
					}
				}
				chain.doFilter(request, passed);
			};
		}

	}

	@RestController
	static class Greetings {

		private final EventSourceEndpoint endpoint;

		Greetings(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@PostMapping("/greetings")
		@Nullable SseEmitter post(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return get(request, response);
		}

		@GetMapping("/greetings")
		@Nullable SseEmitter get(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(Flux.just(Event.of(TEXT)), request, response);
		}

		@GetMapping(path = "/produced", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		@Nullable SseEmitter produced(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return get(request, response);
		}

	}

	/** Sets a charset when the output is asked for. */
	private static final class Late extends HttpServletResponseWrapper {

		Late(HttpServletResponse response) {
			super(response);
		}

		@Override
		public ServletOutputStream getOutputStream() throws IOException {
			setCharacterEncoding("GBK");
			return super.getOutputStream();
		}

	}

	/** Puts a charset behind each content type. */
	private static final class Appending extends HttpServletResponseWrapper {

		Appending(HttpServletResponse response) {
			super(response);
		}

		@Override
		public void setContentType(String type) {
			super.setContentType(type.replaceFirst(";.*", "") + ";charset=GBK");
		}

	}

	/** Offers no non-blocking output. */
	private static final class Blocking extends HttpServletResponseWrapper {

		Blocking(HttpServletResponse response) {
			super(response);
		}

		@Override
		public ServletOutputStream getOutputStream() throws IOException {
			ServletOutputStream output = super.getOutputStream();
			return new ServletOutputStream() {

				@Override
				public boolean isReady() {
					return true;
				}

				@Override
				public void setWriteListener(WriteListener listener) {
					throw new IllegalStateException("Not here");
				}

				@Override
				public void write(int b) throws IOException {
					output.write(b);
				}

				@Override
				public void flush() throws IOException {
					output.flush();
				}

			};
		}

	}

}
