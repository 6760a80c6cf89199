package io.eventsource.web;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.EventChannel;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A filter that is busy with the request after the stream was opened, so that the
 * container is late to say that the response can be written to.
 */
class LateContainerTests {

	private static final int EVENTS = 100;

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.bean(BusyFilter.class).release.countDown();
			this.server.close();
		}
	}

	static Stream<Arguments> responses() {
		return TestServer.containers()
			.stream()
			.flatMap((container) -> Stream.of("plain", "delegating").map((kind) -> Arguments.of(container, kind)));
	}

	@ParameterizedTest
	@MethodSource("responses")
	void clientIsServedOnceTheFilterIsDone(TestServer.Container container, String response) throws Exception {
		start(container, response);
		try (StreamClient client = StreamClient.connect(uri())) {
			await().until(() -> this.server.clients("messages") == 1);
			publish();
			// The engine has asked what to do after five seconds by then
			await().pollDelay(Duration.ofMillis(5500)).until(() -> true);
			assertThat(client.hasEnded()).isFalse();
			this.server.bean(BusyFilter.class).release.countDown();
			await().until(() -> client.count() == EVENTS || client.hasEnded());
			assertThat(client.data())
				.containsExactlyElementsOf(IntStream.range(0, EVENTS).mapToObj(String::valueOf).toList());
			publish();
			await().until(() -> client.count() == 2 * EVENTS);
		}
	}

	@ParameterizedTest
	@MethodSource("forgetful")
	void wrapperThatForgetsTheListenerIsServedByAThread(TestServer.Container container, String response)
			throws Exception {
		start(container, response);
		this.server.bean(BusyFilter.class).release.countDown();
		try (StreamClient client = StreamClient.connect(uri())) {
			await().until(() -> this.server.clients("messages") == 1);
			publish();
			await().until(() -> client.count() == EVENTS);
		}
	}

	static Stream<Arguments> forgetful() {
		return TestServer.containers().stream().map((container) -> Arguments.of(container, "forgetful"));
	}

	private void start(TestServer.Container container, String response) {
		this.server = TestServer.start(container, Application.class, "test.response=" + response);
	}

	private URI uri() {
		return this.server.uri("/events/messages");
	}

	private void publish() {
		EventChannel channel = this.server.bean(EventChannel.class);
		IntStream.range(0, EVENTS).forEach((i) -> channel.publish("message", i));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		BusyFilter busyFilter() {
			return new BusyFilter();
		}

		@Bean
		@ConditionalOnProperty(name = "test.response", havingValue = "delegating")
		FilterRegistrationBean<DelegatingFilter> delegatingFilter() {
			return outermost(new DelegatingFilter());
		}

		@Bean
		@ConditionalOnProperty(name = "test.response", havingValue = "forgetful")
		FilterRegistrationBean<BlockingFilter> forgetfulFilter() {
			FilterRegistrationBean<BlockingFilter> registration = new FilterRegistrationBean<>(
					new BlockingFilter(true));
			registration.setAsyncSupported(true);
			return registration;
		}

		private static FilterRegistrationBean<DelegatingFilter> outermost(DelegatingFilter filter) {
			FilterRegistrationBean<DelegatingFilter> registration = new FilterRegistrationBean<>(filter);
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return registration;
		}

	}

	static class BusyFilter extends OncePerRequestFilter {

		private final CountDownLatch release = new CountDownLatch(1);

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			chain.doFilter(request, response);
			try {
				this.release.await(60, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	/**
	 * Wraps the response as Spring Security does.
	 */
	static class DelegatingFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			chain.doFilter(request, new HttpServletResponseWrapper(response) {

				@Override
				public ServletOutputStream getOutputStream() throws IOException {
					return new Delegating(super.getOutputStream());
				}

			});
		}

	}

	private static final class Delegating extends ServletOutputStream {

		private final ServletOutputStream target;

		Delegating(ServletOutputStream target) {
			this.target = target;
		}

		@Override
		public boolean isReady() {
			return this.target.isReady();
		}

		@Override
		public void setWriteListener(WriteListener listener) {
			this.target.setWriteListener(listener);
		}

		@Override
		public void write(int b) throws IOException {
			this.target.write(b);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			this.target.write(bytes, offset, length);
		}

		@Override
		public void flush() throws IOException {
			this.target.flush();
		}

	}

}
