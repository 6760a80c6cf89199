package io.eventsource.web;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.EventChannel;
import io.eventsource.web.TestServer.Container;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.PathMatchConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.handler.MappedInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the application configures for Spring MVC is asked for as often as without this
 * library, and reaches the streams as it reaches controllers.
 */
class InterceptorCallsTests {

	@ParameterizedTest
	@ValueSource(strings = { "true", "false" })
	void configurersAreAskedOnce(String enabled) {
		try (TestServer server = TestServer.start(Container.TOMCAT, Application.class,
				"eventsource.enabled=" + enabled)) {
			assertThat(server.bean(Application.class).calls)
				.allSatisfy((method, calls) -> assertThat(calls.get()).as(method).isEqualTo(1))
				.containsKeys("addInterceptors", "addCorsMappings", "configurePathMatch");
		}
	}

	@ParameterizedTest
	@EachContainer
	void interceptorsApplyToStreamsAsToControllers(Container container) throws Exception {
		try (TestServer server = TestServer.start(container, Application.class)) {
			List<String> seen = server.bean(Application.class).seen;
			try (StreamClient client = StreamClient.connect(server.uri("/controller"), "Origin",
					"https://example.org")) {
				assertThat(client.head().headers().firstValue("Access-Control-Allow-Origin"))
					.contains("https://example.org");
			}
			List<String> expected = List.copyOf(seen);
			for (String accept : List.of("text/event-stream", "*/*", "text/html,*/*")) {
				seen.clear();
				try (StreamClient client = StreamClient.connect(server.uri("/events"), "Accept", accept, "Origin",
						"https://example.org")) {
					assertThat(client.head().headers().firstValue("Access-Control-Allow-Origin"))
						.contains("https://example.org");
				}
				assertThat(seen).as(accept).isEqualTo(expected).containsExactlyInAnyOrder("first", "second", "mapped");
			}
		}
	}

	/**
	 * An interceptor that says that it was called.
	 */
	record Named(String name, Application application) implements HandlerInterceptor {

		@Override
		public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
			this.application.seen.add(this.name);
			return true;
		}

	}

	@Configuration
	@RestController
	static class Application implements WebMvcConfigurer {

		private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();

		private final List<String> seen = new CopyOnWriteArrayList<>();

		private void count(String method) {
			this.calls.computeIfAbsent(method, (key) -> new AtomicInteger()).incrementAndGet();
		}

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@GetMapping("/controller")
		String controller() {
			return "";
		}

		@Bean
		MappedInterceptor mapped() {
			return new MappedInterceptor(new String[] { "/events", "/controller" }, new Named("mapped", this));
		}

		@Override
		public void addInterceptors(InterceptorRegistry registry) {
			count("addInterceptors");
			registry.addInterceptor(new Named("second", this)).order(2);
			registry.addInterceptor(new Named("first", this)).order(1);
			registry.addInterceptor(new Named("elsewhere", this)).addPathPatterns("/elsewhere");
		}

		@Override
		public void addCorsMappings(CorsRegistry registry) {
			count("addCorsMappings");
			registry.addMapping("/**").allowedOrigins("https://example.org");
		}

		@Override
		public void configurePathMatch(PathMatchConfigurer configurer) {
			count("configurePathMatch");
		}

		@Override
		public void addFormatters(FormatterRegistry registry) {
			count("addFormatters");
		}

	}

}
