package io.eventsource.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.util.ContentCachingResponseWrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Servlet filters of the application that a stream cannot pass, or only just, on each
 * container.
 */
@ExtendWith(OutputCaptureExtension.class)
class FilterTests {

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final List<AutoCloseable> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() throws Exception {
		for (AutoCloseable closeable : this.open) {
			closeable.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void filterWithoutAsynchronousSupportIsNamedOnceTogetherWithTheRemedy(TestServer.Container container,
			CapturedOutput output) throws Exception {
		start(container, "test.filter=synchronous");
		for (String path : List.of("/events", "/events/messages", "/my/own/path", "/my/own/path")) {
			HttpResponse<String> response = get(path);
			assertThat(response.statusCode()).isEqualTo(500);
			assertThat(response.body()).doesNotContain("retry:");
		}
		assertThat(output.toString().lines().filter((line) -> line.contains(" ERROR "))).singleElement()
			.asString()
			.contains("Event stream 'messages' cannot be served", ": " + SynchronousFilter.class.getName() + ". ",
					"FilterRegistrationBean.setAsyncSupported(true)", "@WebFilter(asyncSupported = true)");
		assertThat(output).doesNotContain(" WARN ").doesNotContain("\tat ");
		assertThat(this.server.clients("messages")).isZero();
	}

	@ParameterizedTest
	@EachContainer
	void filterThatIsALambdaIsNamedByItsClass(TestServer.Container container, CapturedOutput output) throws Exception {
		start(container, "test.filter=lambda");
		assertThat(get("/events").statusCode()).isEqualTo(500);
		assertThat(output).contains(": " + Application.class.getName() + ". ");
	}

	@ParameterizedTest
	@EachContainer
	void filterThatCachesTheResponseIsNamedOnceTogetherWithTheRemedy(TestServer.Container container,
			CapturedOutput output) throws Exception {
		start(container, "test.filter=caching");
		for (String path : List.of("/events/messages", "/events/messages", "/my/own/path")) {
			assertThat(get(path).statusCode()).isEqualTo(500);
		}
		assertThat(output.toString().lines().filter((line) -> line.contains(" ERROR "))).singleElement()
			.asString()
			.contains(ContentCachingResponseWrapper.class.getName(), "Exclude the path /events/messages from",
					"one of: " + CachingFilter.class.getName());
		assertThat(output).doesNotContain(" WARN ").doesNotContain("\tat ");
		assertThat(this.server.clients("messages")).isZero();
	}

	@ParameterizedTest
	@EachContainer
	void filterThatHoldsTheResponseBackIsNamedOnce(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container, "test.filter=buffering", "eventsource.heartbeat=100ms");
		for (int i = 0; i < 2; i++) {
			StreamClient client = StreamClient.open(this.server.uri("/events/messages"));
			this.open.add(client);
		}
		// A client is counted before the head of its response is sent
		await().until(() -> this.server.clients("messages") == 2 && output.toString().contains(" WARN "));
		assertThat(output.toString().lines().filter((line) -> line.contains(" WARN "))).singleElement()
			.asString()
			.contains("Event stream 'messages' does not reach its clients", BufferingFilter.class.getName(),
					"Exclude the path /events/messages from");
	}

	@ParameterizedTest
	@EachContainer
	void etagFilterOfSpringLetsAStreamPass(TestServer.Container container, CapturedOutput output) throws Exception {
		start(container, "test.filter=etag");
		StreamClient client = StreamClient.connect(this.server.uri("/events/messages"));
		this.open.add(client);
		for (int i = 1; i <= 3; i++) {
			this.server.bean(EventChannel.class).publish(Event.of("event " + i));
			int count = i;
			await().until(() -> client.count() == count);
		}
		assertThat(output).doesNotContain(" WARN ", " ERROR ");
	}

	private void start(TestServer.Container container, String... properties) {
		this.server = TestServer.start(container, Application.class, properties);
	}

	private HttpResponse<String> get(String path) throws Exception {
		return this.http.send(HttpRequest.newBuilder(this.server.uri(path))
			.header("Accept", "text/event-stream")
			.timeout(Patience.LIMIT)
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Routes routes(EventSourceEndpoint endpoint) {
			return new Routes(endpoint);
		}

		@Bean
		@ConditionalOnProperty(name = "test.filter", havingValue = "synchronous")
		FilterRegistrationBean<SynchronousFilter> synchronousFilter() {
			return withoutAsync(new SynchronousFilter());
		}

		@Bean
		@ConditionalOnProperty(name = "test.filter", havingValue = "lambda")
		FilterRegistrationBean<Filter> lambdaFilter() {
			return withoutAsync((request, response, chain) -> chain.doFilter(request, response));
		}

		private static <T extends Filter> FilterRegistrationBean<T> withoutAsync(T filter) {
			FilterRegistrationBean<T> registration = new FilterRegistrationBean<>(filter);
			registration.setAsyncSupported(false);
			return registration;
		}

		@Bean
		@ConditionalOnProperty(name = "test.filter", havingValue = "caching")
		CachingFilter cachingFilter() {
			return new CachingFilter();
		}

		@Bean
		@ConditionalOnProperty(name = "test.filter", havingValue = "buffering")
		BufferingFilter bufferingFilter() {
			return new BufferingFilter();
		}

		@Bean
		@ConditionalOnProperty(name = "test.filter", havingValue = "etag")
		ShallowEtagHeaderFilter etagFilter() {
			return new ShallowEtagHeaderFilter();
		}

	}

	@RestController
	static class Routes {

		private final EventSourceEndpoint endpoint;

		Routes(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@GetMapping("/my/own/path")
		SseEmitter messages(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open("messages", request, response);
		}

	}

	/**
	 * A filter from before asynchronous requests.
	 */
	static class SynchronousFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			chain.doFilter(request, response);
		}

	}

	/**
	 * Keeps the response to log it, as is found in many an application.
	 */
	static class CachingFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			ContentCachingResponseWrapper cache = new ContentCachingResponseWrapper(response);
			// Behind one more wrapper
			chain.doFilter(request, new HttpServletResponseWrapper(cache));
			cache.copyBodyToResponse();
		}

	}

	/**
	 * Keeps the response in a wrapper of its own.
	 */
	static class BufferingFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			chain.doFilter(request, new Buffering(response));
		}

		private static final class Buffering extends HttpServletResponseWrapper {

			private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();

			Buffering(HttpServletResponse response) {
				super(response);
			}

			@Override
			public ServletOutputStream getOutputStream() {
				return new ServletOutputStream() {

					@Override
					public boolean isReady() {
						return true;
					}

					@Override
					public void setWriteListener(WriteListener listener) {
						throw new IllegalStateException();
					}

					@Override
					public void write(int b) {
						Buffering.this.buffer.write(b);
					}

				};
			}

			@Override
			public void flushBuffer() {
			}

		}

	}

}
