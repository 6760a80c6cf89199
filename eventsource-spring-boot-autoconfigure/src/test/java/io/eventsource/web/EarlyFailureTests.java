package io.eventsource.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import io.eventsource.PersonalStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of a publisher that fails before its first event: an exception of the
 * application, as with a {@code Flux} that is returned to Spring MVC, but not where that
 * would stop a browser for good.
 */
@ExtendWith(OutputCaptureExtension.class)
class EarlyFailureTests {

	private static final List<String> KINDS = List.of("limited", "custom", "broken", "later", "subscribe", "checked",
			"ise-later", "empty", "fine", "entity");

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private TestServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.bean(Application.class).gate.countDown();
			this.server.close();
		}
	}

	private void start(TestServer.Container container, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("spring.mvc.problemdetails.enabled=true");
		this.server = TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	@ParameterizedTest
	@EachContainer
	void answerToAPostIsTheSameAsWithAFlux(TestServer.Container container) throws Exception {
		start(container, "eventsource.response-delay=30s");
		for (String kind : KINDS) {
			assertSame(kind);
		}
	}

	private void assertSame(String kind) throws Exception {
		HttpResponse<String> expected = answer("POST", "/flux/" + kind);
		HttpResponse<String> ours = answer("POST", "/ours/" + kind);
		assertThat(ours.statusCode()).as(kind).isEqualTo(expected.statusCode());
		if (!expected.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream")) {
			assertThat(masked(ours.body())).isEqualTo(masked(expected.body()));
			for (String header : List.of("Content-Type", "Cache-Control", "X-Accel-Buffering", "X-Advice")) {
				assertThat(ours.headers().allValues(header)).isEqualTo(expected.headers().allValues(header));
			}
		}
		await().untilAsserted(() -> assertThat(clients()).isZero());
	}

	/** The one who is answered knows. */
	@ParameterizedTest
	@EachContainer
	void failureThatIsAnsweredIsTheApplicationsToLog(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container, "eventsource.response-delay=30s");
		for (int i = 0; i < 5; i++) {
			assertThat(answer("POST", "/ours/custom").statusCode()).isEqualTo(418);
			assertThat(answer("GET", "/ours/custom").statusCode()).isEqualTo(418);
		}
		assertThat(output).doesNotContain(" ERROR ", "The publisher of stream");
	}

	@ParameterizedTest
	@EachContainer
	void responseBeginsWithTheFirstEventOrWhenItsTimeHasCome(TestServer.Container container) throws Exception {
		start(container, "eventsource.response-delay=300ms");
		Application application = this.server.bean(Application.class);
		StreamClient waiting = post("/ours/sink");
		assertThat(waiting.head().statusCode()).isEqualTo(200);
		assertThat(waiting.head().headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
		application.sink.tryEmitNext("first");
		await().untilAsserted(() -> assertThat(waiting.data()).containsExactly("first"));
		application.sink.tryEmitError(new IllegalStateException("too late"));
		waiting.awaitEnd();
		assertThat(waiting.data()).containsExactly("first");
	}

	/** It cannot fail, and may have nothing to say for long. */
	@ParameterizedTest
	@EachContainer
	void responseDoesNotWaitForAChannel(TestServer.Container container) throws Exception {
		start(container, "eventsource.response-delay=1h");
		StreamClient client = post("/ours-channel");
		assertThat(client.head().statusCode()).isEqualTo(200);
		this.server.bean(Application.class).channel.publish(Event.of("hello"));
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("hello"));
		client.close();
	}

	@ParameterizedTest
	@EachContainer
	void failureAfterTheTimeEndsTheResponse(TestServer.Container container) throws Exception {
		start(container, "eventsource.response-delay=100ms");
		StreamClient client = post("/ours/sink");
		assertThat(client.head().statusCode()).isEqualTo(200);
		this.server.bean(Application.class).sink
			.tryEmitError(new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS));
		assertThat(client.awaitEnd().count()).isZero();
	}

	@ParameterizedTest
	@EachContainer
	void responseDoesNotWaitWhereThatIsSwitchedOff(TestServer.Container container) throws Exception {
		start(container, "eventsource.response-delay=0");
		StreamClient client = post("/ours/blocked");
		assertThat(client.head().statusCode()).isEqualTo(200);
		this.server.bean(Application.class).gate.countDown();
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("late"));
	}

	/** No more than a stream waits that nothing has been sent of. */
	@ParameterizedTest
	@EachContainer
	void streamThatEndsWhileTheResponseWaitsIsEmpty(TestServer.Container container) throws Exception {
		start(container, "eventsource.response-delay=60s", "eventsource.write-timeout=300ms");
		StreamClient client = post("/ours/sink");
		await().until(() -> clients() == 1);
		this.server.bean(EventSourceEndpoint.class).disconnect((each) -> true);
		assertThat(client.head().statusCode()).isEqualTo(200);
		assertThat(client.awaitEnd().count()).isZero();
		StreamClient patient = post("/ours/sink");
		await().until(() -> clients() == 1);
		await().during(Duration.ofSeconds(1)).until(() -> clients() == 1);
		this.server.bean(Application.class).sink.tryEmitNext("first");
		await().untilAsserted(() -> assertThat(patient.data()).containsExactly("first"));
		patient.close();
	}

	@ParameterizedTest
	@EachContainer
	void eventSourceIsAnsweredAtOnce(TestServer.Container container) throws Exception {
		start(container, "eventsource.response-delay=1h");
		for (String path : List.of("/ours/blocked", "/ours/sink", "/events/blocked")) {
			try (StreamClient client = StreamClient.connect(this.server.uri(path))) {
				assertThat(client.head().statusCode()).isEqualTo(200);
				await().until(() -> client.reconnectionTime() != null);
			}
		}
	}

	/** Which a browser takes for the end, as it is meant. */
	@ParameterizedTest
	@EachContainer
	void eventSourceIsAnsweredWithTheStatusThatIsAskedFor(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container);
		assertThat(answer("GET", "/events/limited").statusCode()).isEqualTo(429);
		assertThat(answer("GET", "/events/gone").statusCode()).isEqualTo(410);
		for (String kind : List.of("limited", "custom", "checked", "subscribe", "entity")) {
			HttpResponse<String> expected = answer("GET", "/flux/" + kind);
			HttpResponse<String> ours = answer("GET", "/ours/" + kind);
			assertThat(ours.statusCode()).isEqualTo(expected.statusCode());
			assertThat(masked(ours.body())).isEqualTo(masked(expected.body()));
			assertThat(ours.headers().allValues("Cache-Control"))
				.isEqualTo(expected.headers().allValues("Cache-Control"));
		}
		await().untilAsserted(() -> assertThat(clients()).isZero());
		assertThat(output).doesNotContain(" ERROR ");
	}

	@ParameterizedTest
	@EachContainer
	void eventSourceComesBackLaterAndLater(TestServer.Container container, CapturedOutput output) throws Exception {
		start(container, "eventsource.retry=100ms", "eventsource.restart.max-delay=3s");
		for (String path : List.of("/events/broken", "/ours/broken", "/ours/ise-later", "/ours/limited-later")) {
			List<Duration> times = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				StreamClient client = StreamClient.connect(this.server.uri(path)).awaitEnd();
				assertThat(client.head().statusCode()).isEqualTo(200);
				assertThat(client.count()).isZero();
				times.add(client.reconnectionTime());
			}
			assertThat(times).isSorted().doesNotHaveDuplicates();
			assertThat(times.get(0)).isGreaterThan(Duration.ofMillis(100));
			assertThat(times.get(4)).isGreaterThanOrEqualTo(Duration.ofSeconds(2))
				.isLessThanOrEqualTo(Duration.ofSeconds(3));
		}
		assertThat(output.toString().lines().filter((line) -> line.contains(" ERROR ")).toList()).hasSize(2);
		assertThat(output.toString().lines().filter((line) -> line.contains(" WARN ")).toList()).hasSizeLessThan(3);
	}

	@ParameterizedTest
	@EachContainer
	void publisherThatIsBackIsForgivenItsFailures(TestServer.Container container) throws Exception {
		start(container, "eventsource.retry=100ms");
		List<Duration> times = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			StreamClient client = StreamClient.connect(this.server.uri("/events/moody")).awaitEnd();
			times.add(client.reconnectionTime());
		}
		// The fourth one works
		assertThat(times.get(2)).isGreaterThan(Duration.ofMillis(300));
		assertThat(times.get(3)).isEqualTo(Duration.ofMillis(100));
		assertThat(times.get(4)).isBetween(Duration.ofMillis(101), Duration.ofMillis(200));
	}

	private int clients() {
		return this.server.bean(Application.class).active.get();
	}

	private StreamClient post(String path) {
		return StreamClient.send(HttpRequest.newBuilder(this.server.uri(path))
			.timeout(Patience.LIMIT)
			.POST(HttpRequest.BodyPublishers.noBody())
			.build());
	}

	private HttpResponse<String> answer(String method, String path) throws Exception {
		return this.http.send(HttpRequest.newBuilder(this.server.uri(path))
			.timeout(Patience.LIMIT)
			.method(method, HttpRequest.BodyPublishers.noBody())
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	private static String masked(String body) {
		return body.replaceAll("\"timestamp\":\"[^\"]*\"", "").replaceAll("/(flux|ours)/", "/");
	}

	private static void hold(CountDownLatch gate) {
		try {
			gate.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Application implements io.eventsource.StreamListener {

		private final CountDownLatch gate = new CountDownLatch(1);

		private final Sinks.Many<String> sink = Sinks.many().multicast().directBestEffort();

		private final AtomicInteger active = new AtomicInteger();

		private final EventChannel channel = EventChannel.create();

		private final AtomicInteger moods = new AtomicInteger();

		@Override
		public void clientOpened(io.eventsource.EventClient client) {
			this.active.incrementAndGet();
		}

		@Override
		public void clientClosed(io.eventsource.EventClient client, io.eventsource.CloseReason reason) {
			this.active.decrementAndGet();
		}

		@Bean
		PersonalStream limited() {
			return (client) -> {
				throw new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS);
			};
		}

		@Bean
		PersonalStream gone() {
			return (client) -> Flux.error(new IllegalStateException(new ResponseStatusException(HttpStatus.GONE)));
		}

		@Bean
		PersonalStream broken() {
			return (client) -> {
				throw new IllegalStateException("broken");
			};
		}

		@Bean
		PersonalStream moody() {
			return (client) -> (this.moods.incrementAndGet() % 4 == 0) ? Flux.just(Event.of("fine"))
					: Flux.error(new IllegalStateException("moody"));
		}

		@Bean
		PersonalStream blocked() {
			return (client) -> {
				hold(this.gate);
				return Flux.just(Event.of("late"));
			};
		}

		@Bean
		Advice advice() {
			return new Advice();
		}

		@Bean
		Controller controller(EventSourceEndpoint endpoint) {
			return new Controller(endpoint, this.sink, this.gate, this.channel);
		}

	}

	@RestControllerAdvice
	static class Advice {

		@ExceptionHandler
		ResponseEntity<Map<String, String>> custom(CustomException ex) {
			return ResponseEntity.status(418).header("X-Advice", "custom").body(Map.of("error", "custom"));
		}

	}

	@ResponseStatus(HttpStatus.CONFLICT)
	static class CustomException extends RuntimeException {

	}

	@ResponseStatus(HttpStatus.NOT_FOUND)
	static class CheckedException extends Exception {

	}

	@RestController
	static class Controller {

		private final EventSourceEndpoint endpoint;

		private final Sinks.Many<String> sink;

		private final CountDownLatch gate;

		private final EventChannel channel;

		Controller(EventSourceEndpoint endpoint, Sinks.Many<String> sink, CountDownLatch gate, EventChannel channel) {
			this.endpoint = endpoint;
			this.sink = sink;
			this.gate = gate;
			this.channel = channel;
		}

		@RequestMapping("/ours-channel")
		@Nullable SseEmitter channel(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(this.channel, request, response);
		}

		private Flux<String> flux(String kind) {
			return switch (kind) {
				case "limited", "entity" ->
					Flux.error(new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS, "slow down"));
				case "custom" -> Flux.error(new CustomException());
				case "checked" -> Flux.error(new CheckedException());
				case "broken" -> Flux.error(new IllegalStateException("broken"));
				case "subscribe" -> Flux.defer(() -> {
					throw new ResponseStatusException(HttpStatus.FORBIDDEN, "not you");
				});
				case "later" -> after(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "down"));
				case "limited-later" -> after(new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS, "slow down"));
				case "ise-later" -> after(new IllegalStateException("later"));
				case "empty" -> Flux.empty();
				case "sink" -> this.sink.asFlux();
				case "blocked" -> Flux.defer(() -> {
					hold(this.gate);
					return Flux.just("late");
				});
				default -> Flux.just("a", "b");
			};
		}

		private static Flux<String> after(Exception failure) {
			return Mono.delay(Duration.ofMillis(300)).thenMany(Flux.error(failure));
		}

		@RequestMapping(path = "/flux/{kind}", produces = { "text/event-stream", "*/*" })
		Flux<String> flux(@PathVariable("kind") String kind, HttpServletRequest request) {
			return flux(kind);
		}

		@RequestMapping("/ours/{kind}")
		@Nullable SseEmitter ours(@PathVariable("kind") String kind, HttpServletRequest request, HttpServletResponse response)
				throws IOException {
			return this.endpoint.open(flux(kind), request, response);
		}

		@RequestMapping("/flux/entity")
		ResponseEntity<Flux<String>> entity() {
			return ResponseEntity.status(201).contentType(MediaType.TEXT_EVENT_STREAM).body(flux("entity"));
		}

		@RequestMapping("/ours/entity")
		ResponseEntity<SseEmitter> entity(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return ResponseEntity.status(201)
				.contentType(MediaType.TEXT_EVENT_STREAM)
				.body(this.endpoint.open(flux("entity"), request, response));
		}

	}

}
