package io.eventsource.web;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.PersonalStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Interceptors are called for a stream as Spring MVC calls them for a {@code Flux} that
 * the same controller returns, whatever the way in which the stream ends.
 */
class InterceptorContractTests {

	private static final List<String> BEGUN = List.of("pre REQUEST", "started REQUEST");

	private static final List<String> HANDLED = List.of("pre REQUEST", "started REQUEST", "pre ASYNC", "post ASYNC",
			"after ASYNC null");

	private static final List<String> BROKEN = List.of("pre REQUEST", "started REQUEST", "pre ASYNC",
			"after ASYNC null");

	private static final List<String> ANSWERED = List.of("pre REQUEST", "post REQUEST", "after REQUEST null");

	private TestServer server;

	private Application application;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	private void start(TestServer.Container container, String... properties) {
		Assumptions.assumeFalse(TestServer.isDirect(container), "See DirectConnectionTests");
		this.server = TestServer.start(container, Application.class, properties);
		this.application = this.server.bean(Application.class);
	}

	@ParameterizedTest
	@EachContainer
	void interceptorsSeeTheSameAsWithAFlux(TestServer.Container container) throws Exception {
		start(container, "eventsource.heartbeat=50ms");
		for (String kind : List.of("complete", "fail", "leave", "empty", "throw")) {
			List<String> expected = run("/flux/" + kind, kind);
			List<String> ours = run("/ours/" + kind, kind);
			if (kind.equals("leave")) {
				// The container dispatches to Spring MVC or to its error page, whichever
				// is first
				assertThat(List.of(expected, ours)).as(kind).isSubsetOf(BEGUN, BROKEN);
			}
			else {
				assertThat(ours).as(kind).isEqualTo(expected);
			}
		}
	}

	private List<String> run(String path, String kind) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path), "X-Run", path);
		if (kind.equals("leave")) {
			await().until(() -> client.data().contains("a"));
			client.close();
			await().pollInterval(Duration.ofMillis(20)).until(() -> {
				this.application.sink.tryEmitNext("more");
				return this.application.isBalanced(path);
			});
		}
		await().until(() -> this.application.isBalanced(path));
		List<String> calls = new ArrayList<>(this.application.calls(path));
		// What containers do for their error page is their own business
		calls.removeIf((call) -> call.contains("INCLUDE") || call.contains("ERROR"));
		return calls;
	}

	@ParameterizedTest
	@EachContainer
	void streamThatIsRevokedOrStoppedIsHandled(TestServer.Container container) throws Exception {
		start(container);
		connect("/events/messages");
		this.server.bean(EventSourceEndpoint.class).disconnect((client) -> true);
		assertEnd("/events/messages", HANDLED);
		connect("/events/messages?again");
		this.server.bean(EventSourceEndpoint.class).stop("messages");
		assertEnd("/events/messages?again", HANDLED);
	}

	@ParameterizedTest
	@EachContainer
	void streamWhoseTimeIsOverIsHandled(TestServer.Container container) throws Exception {
		start(container, "eventsource.max-lifetime=200ms");
		connect("/events/messages");
		assertEnd("/events/messages", HANDLED);
	}

	@ParameterizedTest
	@EachContainer
	void streamThatEndsAtShutdownIsHandled(TestServer.Container container) throws Exception {
		start(container, "eventsource.shutdown.drain=100ms", "server.shutdown=graceful");
		connect("/events/messages");
		connect("/ours/never");
		this.server.close();
		assertEnd("/events/messages", HANDLED);
		assertEnd("/ours/never", HANDLED);
	}

	@ParameterizedTest
	@EachContainer
	void clientThatDoesNotReadIsBrokenOrHandled(TestServer.Container container) throws Exception {
		start(container, "eventsource.write-timeout=500ms", "eventsource.buffer-size=16",
				"server.tomcat.connection-timeout=3s");
		try (RawClient stalled = RawClient.send(this.server.port(),
				"GET /events/messages HTTP/1.1\r\nHost: localhost\r\nX-Run: stalled\r\n\r\n")) {
			await().until(() -> this.server.clients("messages") == 1);
			await().pollInterval(Duration.ofMillis(5)).until(() -> {
				this.server.bean("messages", EventChannel.class).publish(Event.of("x".repeat(100_000)));
				return this.server.clients("messages") == 0;
			});
		}
		await().until(() -> this.application.isBalanced("stalled"));
		assertThat(this.application.calls("stalled")).isIn(BROKEN, HANDLED);
	}

	@ParameterizedTest
	@EachContainer
	void clientThatIsNotLetInIsAnswered(TestServer.Container container) throws Exception {
		start(container, "eventsource.max-connections=1");
		connect("/ours/never");
		StreamClient.connect(this.server.uri("/events/messages"), "X-Run", "refused").awaitEnd();
		assertEnd("refused", ANSWERED);
		StreamClient
			.send(HttpRequest.newBuilder(this.server.uri("/events/messages"))
				.method("HEAD", HttpRequest.BodyPublishers.noBody())
				.header("X-Run", "head")
				.build())
			.awaitEnd();
		assertEnd("head", ANSWERED);
		assertThat(this.application.calls("/ours/never")).isEqualTo(BEGUN);
	}

	@ParameterizedTest
	@EachContainer
	void clientThatHasAllIsAnswered(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = StreamClient.connect(this.server.uri("/events/mine"), "X-Run", "mine").awaitEnd();
		assertEnd("mine", HANDLED);
		StreamClient.connect(this.server.uri("/events/mine"), "X-Run", "over", "Last-Event-ID", client.lastEventId())
			.awaitEnd();
		assertEnd("over", ANSWERED);
	}

	/** As one that counts requests does. */
	@ParameterizedTest
	@EachContainer
	void interceptorsThatCountAreBalanced(TestServer.Container container) throws Exception {
		start(container, "eventsource.heartbeat=50ms");
		List<StreamClient> clients = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			clients.add(connect((i % 2 == 0) ? "/events/messages?" + i : "/ours/never?" + i));
		}
		assertThat(this.application.active).hasValue(20);
		clients.forEach(StreamClient::close);
		await().untilAsserted(() -> assertThat(this.application.active).hasValue(0));
		assertThat(this.application.attributes).hasSize(20).containsOnly("kept en");
	}

	/** A worker that were held up could serve nobody. */
	@ParameterizedTest
	@EachContainer
	void interceptorIsCalledOnAThreadOfTheContainer(TestServer.Container container) throws Exception {
		start(container, "eventsource.heartbeat=50ms");
		for (String kind : List.of("complete", "fail", "never")) {
			connect("/ours/" + kind).close();
		}
		await().untilAsserted(() -> assertThat(this.application.threads).hasSize(3));
		assertThat(this.application.threads).noneMatch((name) -> name.startsWith("eventsource-"));
	}

	private StreamClient connect(String path) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri(path), "X-Run", path, "Accept-Language", "en");
		// The request thread has left Spring MVC
		await().until(() -> this.application.calls(path).size() >= 2);
		return client;
	}

	private void assertEnd(String run, List<String> calls) {
		await().untilAsserted(() -> assertThat(this.application.calls(run)).isEqualTo(calls));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application implements WebMvcConfigurer, AsyncHandlerInterceptor {

		private final Map<String, List<String>> calls = new ConcurrentHashMap<>();

		private final Sinks.Many<String> sink = Sinks.many().multicast().directBestEffort();

		private final AtomicInteger active = new AtomicInteger();

		private final List<String> attributes = new CopyOnWriteArrayList<>();

		private final List<String> threads = new CopyOnWriteArrayList<>();

		@Override
		public void addInterceptors(InterceptorRegistry registry) {
			registry.addInterceptor(this);
		}

		@Override
		public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
			if (request.getAttribute("kept") == null) {
				request.setAttribute("kept", "kept " + request.getLocale());
				this.active.incrementAndGet();
			}
			note(request, "pre " + request.getDispatcherType());
			return true;
		}

		@Override
		public void postHandle(HttpServletRequest request, HttpServletResponse response, Object handler,
				@Nullable ModelAndView modelAndView) {
			note(request, "post " + request.getDispatcherType());
		}

		@Override
		public void afterConcurrentHandlingStarted(HttpServletRequest request, HttpServletResponse response,
				Object handler) {
			note(request, "started " + request.getDispatcherType());
		}

		@Override
		public void afterCompletion(HttpServletRequest request, HttpServletResponse response, Object handler,
				@Nullable Exception ex) {
			this.active.decrementAndGet();
			this.attributes
				.add(String.valueOf(RequestContextHolder.currentRequestAttributes().getAttribute("kept", 0)));
			this.threads.add(Thread.currentThread().getName());
			note(request, "after " + request.getDispatcherType() + " " + ex);
		}

		private void note(HttpServletRequest request, String call) {
			calls(String.valueOf(request.getHeader("X-Run"))).add(call);
		}

		List<String> calls(String run) {
			return this.calls.computeIfAbsent(run, (key) -> new CopyOnWriteArrayList<>());
		}

		boolean isBalanced(String run) {
			return calls(run).stream().anyMatch((call) -> call.startsWith("after "));
		}

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		PersonalStream mine() {
			return (client) -> Flux.just(Event.of("mine"));
		}

		@Bean
		Controller controller(EventSourceEndpoint endpoint) {
			return new Controller(endpoint, this.sink);
		}

	}

	@RestController
	static class Controller {

		private final EventSourceEndpoint endpoint;

		private final Sinks.Many<String> sink;

		Controller(EventSourceEndpoint endpoint, Sinks.Many<String> sink) {
			this.endpoint = endpoint;
			this.sink = sink;
		}

		private Flux<String> flux(String kind) {
			return switch (kind) {
				case "complete" -> Flux.just("a");
				case "empty" -> Flux.empty();
				case "fail" -> Flux.just("a").concatWith(Flux.error(new IllegalStateException("failed")));
				case "throw" -> throw new IllegalStateException("thrown");
				default -> Flux.just("a").concatWith(this.sink.asFlux());
			};
		}

		@RequestMapping(path = "/flux/{kind}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> flux(@PathVariable("kind") String kind, HttpServletRequest request) {
			return flux(kind);
		}

		@RequestMapping("/ours/{kind}")
		@Nullable SseEmitter ours(@PathVariable("kind") String kind, HttpServletRequest request, HttpServletResponse response)
				throws IOException {
			if (kind.equals("throw")) {
				this.endpoint.open("messages", request, response);
			}
			return this.endpoint.open(flux(kind), request, response);
		}

	}

}
