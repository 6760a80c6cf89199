package io.eventsource.web;

import java.lang.reflect.Method;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams under the settings that applications have for Spring MVC and its threads, on
 * each container.
 */
@Tag("direct")
@ExtendWith(OutputCaptureExtension.class)
class ContainerTests {

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final List<StreamClient> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() {
		this.open.forEach(StreamClient::close);
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void streamIsServedBelowTheContextPathAndTheServletPath(TestServer.Container container) throws Exception {
		start(container, "server.servlet.context-path=/app", "spring.mvc.servlet.path=/mvc");
		assertServed("/app/mvc/events/messages");
		assertThat(status("/app/mvc/events/nothing")).isEqualTo(404);
		assertThat(status("/app/events/messages")).isEqualTo(404);
		assertThat(status("/events/messages")).isEqualTo(404);
	}

	@ParameterizedTest
	@EachContainer
	void streamOutlivesTheTimeoutOfAsynchronousRequests(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container, "spring.mvc.async.request-timeout=500ms", "eventsource.heartbeat=100ms");
		StreamClient client = client("/events/messages");
		// Fifteen heartbeats take three times as long
		await().until(() -> client.comments().size() >= 15);
		this.server.bean(EventChannel.class).publish(Event.of("still here"));
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("still here"));
		assertThat(client.hasEnded()).isFalse();
		assertThat(output).doesNotContain(" WARN ", " ERROR ");
	}

	@ParameterizedTest
	@EachContainer
	void streamIsServedByALazyApplication(TestServer.Container container) throws Exception {
		start(container, "spring.main.lazy-initialization=true");
		assertThat(client("/events/threads").awaitEnd().data()).hasSize(2);
		assertServed("/events/messages");
	}

	@ParameterizedTest
	@EachContainer
	void streamNeedsNoApiVersionWhereAllElseDoes(TestServer.Container container) throws Exception {
		start(container, "spring.mvc.apiversion.required=true", "spring.mvc.apiversion.use.header=API-Version",
				"spring.mvc.apiversion.supported=1.0");
		assertThat(status("/versioned")).isEqualTo(400);
		assertThat(status("/versioned", "API-Version", "1.0")).isEqualTo(200);
		assertServed("/events/messages");
		assertServed("/events/messages", "API-Version", "1.0");
	}

	@ParameterizedTest
	@EachContainer
	void streamNeedsNoDefaultApiVersion(TestServer.Container container) throws Exception {
		start(container, "spring.mvc.apiversion.use.query-parameter=version", "spring.mvc.apiversion.supported=1.0");
		assertServed("/events/messages");
		assertServed("/events/messages?version=1.0");
	}

	@ParameterizedTest
	@EachContainer
	void applicationCodeRunsOnVirtualThreadsWhereTheyAreSwitchedOnAndThere(TestServer.Container container)
			throws Exception {
		start(container, "spring.threads.virtual.enabled=true");
		assertServed("/events/messages");
		StreamClient client = client("/events/threads").awaitEnd();
		boolean virtual = Runtime.version().feature() >= 21;
		assertThat(client.data()).containsExactly("request " + virtual, "subscribe " + virtual);
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.anyMatch((name) -> name.startsWith("eventsource-dispatch-"));
	}

	private void assertServed(String path, String... headers) throws Exception {
		StreamClient client = client(path, headers);
		assertThat(client.head().statusCode()).isEqualTo(200);
		this.server.bean(EventChannel.class).publish(Event.of("hello"));
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("hello"));
	}

	private void start(TestServer.Container container, String... properties) {
		this.server = TestServer.start(container, Application.class, properties);
	}

	private StreamClient client(String path, String... headers) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path), headers);
		this.open.add(client);
		return client;
	}

	private int status(String path, String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(this.server.uri(path)).timeout(Patience.LIMIT);
		if (headers.length > 0) {
			request.headers(headers);
		}
		return this.http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		/** Whether the last request came on a virtual thread. */
		private volatile boolean virtualRequest;

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		Flux<Event> threads() {
			return Flux.defer(() -> Flux.just(Event.of("request " + this.virtualRequest),
					Event.of("subscribe " + isVirtual(Thread.currentThread()))));
		}

		/** By name of the method, which Java 17 does not have. */
		private static boolean isVirtual(Thread thread) {
			Method method = ReflectionUtils.findMethod(Thread.class, "isVirtual");
			return method != null && Boolean.TRUE.equals(ReflectionUtils.invokeMethod(method, thread));
		}

		@Bean
		WebMvcConfigurer threadRecorder() {
			return new WebMvcConfigurer() {

				@Override
				public void addInterceptors(InterceptorRegistry registry) {
					registry.addInterceptor(new HandlerInterceptor() {

						@Override
						public boolean preHandle(HttpServletRequest request, HttpServletResponse response,
								Object handler) {
							Application.this.virtualRequest = isVirtual(Thread.currentThread());
							return true;
						}

					});
				}

			};
		}

		@Bean
		@ConditionalOnProperty("spring.mvc.apiversion.supported")
		VersionedController versionedController() {
			return new VersionedController();
		}

	}

	@RestController
	static class VersionedController {

		@GetMapping(path = "/versioned", version = "1.0")
		String get() {
			return "1.0";
		}

	}

}
