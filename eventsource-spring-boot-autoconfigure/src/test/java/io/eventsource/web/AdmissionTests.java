package io.eventsource.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.Patience;
import io.eventsource.PersonalStream;
import io.eventsource.StreamListener;
import io.eventsource.web.TestServer.Container;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Beans that say who may open a stream, on each container. What they are to say is in the
 * request.
 */
class AdmissionTests {

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
	void clientIsRefusedByAStatusAndCounted(Container container) throws Exception {
		start(container);
		for (String method : List.of("GET", "HEAD")) {
			HttpResponse<String> stranger = send(method, "/events/messages?say=unauthorized");
			assertThat(stranger.statusCode()).isEqualTo(401);
			assertThat(stranger.body()).isEmpty();
			assertThat(stranger.headers().firstValue("Cache-Control")).hasValue("no-store");
			assertThat(send(method, "/events/messages?say=forbidden").statusCode()).isEqualTo(403);
		}
		assertThat(send("GET", "/events/notifications?say=forbidden").statusCode()).isEqualTo(403);
		assertThat(refused("messages", "unauthorized")).isEqualTo(2);
		assertThat(refused("messages", "forbidden")).isEqualTo(2);
		assertThat(refused("notifications", "forbidden")).isOne();
		assertThat(this.server.clients("messages")).isZero();
	}

	@ParameterizedTest
	@EachContainer
	void clientThatMayComeBackLaterGetsTheSoftAnswer(Container container) throws Exception {
		start(container, "eventsource.retry=5s");
		StreamClient client = open("/events/messages?say=unavailable").awaitEnd();
		assertThat(client.head().statusCode()).isEqualTo(200);
		assertThat(client.reconnectionTime()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
		assertThat(send("HEAD", "/events/messages?say=unavailable").statusCode()).isEqualTo(200);
		assertThat(refused("messages", "unavailable")).isEqualTo(2);
	}

	@ParameterizedTest
	@EachContainer
	void clientThatMayComeBackLaterGetsAStatusWhereThatWasChosen(Container container) throws Exception {
		start(container, "eventsource.reject=status");
		HttpResponse<String> response = send("GET", "/events/messages?say=unavailable");
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Retry-After")).isPresent();
	}

	@ParameterizedTest
	@EachContainer
	void filterAndPersonalStreamSeeWhatWasKeptOfTheRequestAndNothingElse(Container container) throws Exception {
		start(container);
		try (StreamClient red = open("/events/messages?room=red&room=blue&secret=1", "x-tenant", "acme", "X-Secret",
				"2");
				StreamClient blue = open("/events/messages?room=blue");
				StreamClient own = open("/events/notifications?room=%C3%A9", "X-Tenant", "acme")) {
			await().until(() -> this.server.clients("messages") == 2);
			channel().publish("red", "to the red room");
			channel().publish("blue", "to the blue room");
			await().until(() -> red.count() + blue.count() == 2);
			assertThat(red.data()).containsExactly("to the red room");
			assertThat(blue.data()).containsExactly("to the blue room");
			await().until(() -> own.count() == 1);
			assertThat(own.data()).containsExactly("\u00e9 of acme");
		}
		await().untilAsserted(() -> assertThat(this.server.bean(Application.class).opened).anySatisfy((client) -> {
			assertThat(client.parameters()).containsExactlyEntriesOf(Map.of("room", "red"));
			assertThat(client.headers()).containsExactly(Map.entry("X-Tenant", "acme"));
			assertThat(client.headers().get("x-TENANT")).isEqualTo("acme");
		}));
	}

	@ParameterizedTest
	@EachContainer
	void firstRefusalCountsInTheOrderOfTheBeans(Container container) throws Exception {
		start(container);
		assertThat(send("GET", "/events/messages?say=forbidden&second=unauthorized").statusCode()).isEqualTo(403);
		assertThat(send("GET", "/events/messages?second=unauthorized").statusCode()).isEqualTo(401);
	}

	@ParameterizedTest
	@EachContainer
	void connectionEndsAtTheEarliestTimeAndTheClientComesBack(Container container) throws Exception {
		start(container);
		for (String ends : List.of("end=4000&secondEnd=90000", "end=90000&secondEnd=4000", "secondEnd=4000")) {
			long start = System.nanoTime();
			StreamClient client = open("/events/messages?" + ends);
			channel().publish("message", "before");
			client.awaitEnd();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(3500), Patience.LIMIT);
			assertThat(client.data()).containsExactly("before");
			channel().publish("message", "meanwhile");
			try (StreamClient back = open("/events/messages", "Last-Event-ID", client.lastEventId())) {
				await().until(() -> back.data().equals(List.of("meanwhile")));
			}
			await().until(() -> {
				channel().publish("message", "ping");
				return this.server.clients("messages") == 0;
			});
		}
		await().untilAsserted(
				() -> assertThat(this.server.bean(Application.class).closed).filteredOn(CloseReason.EXPIRED::equals)
					.hasSize(3));
	}

	@ParameterizedTest
	@EachContainer
	void connectionOfAClientThatDoesNotReadEndsToo(Container container) throws Exception {
		start(container);
		try (RawClient client = RawClient.stalled(this.server.port(), "/events/endless?end=1500")) {
			await().until(() -> this.server.snapshot("endless").bytes() > 100_000);
			await().until(() -> this.server.bean(Application.class).closed.contains(CloseReason.EXPIRED));
			await().until(() -> this.server.clients("endless") == 0);
			assertThat(client.readToEnd()).contains("x".repeat(1000));
		}
	}

	@ParameterizedTest
	@EachContainer
	void admissionWithAQualifierIsAskedForItsStreamAlone(Container container) throws Exception {
		start(container);
		assertThat(send("GET", "/events/closed").statusCode()).isEqualTo(403);
		assertThat(send("HEAD", "/events/messages").statusCode()).isEqualTo(200);
		// The one for all streams too
		assertThat(send("GET", "/events/closed?say=unauthorized").statusCode()).isEqualTo(403);
		assertThat(send("GET", "/my/own/path?say=unauthorized").statusCode()).isEqualTo(401);
		assertThat(send("GET", "/my/own/path").body()).contains("data: 1", "data: 2");
	}

	@ParameterizedTest
	@EachContainer
	void whatAnAdmissionThrowsIsAnsweredAsIfAControllerHadThrownIt(Container container) throws Exception {
		start(container);
		for (String what : List.of("status", "handled")) {
			HttpResponse<String> stream = send("GET", "/events/messages?throw=" + what);
			HttpResponse<String> controller = send("GET", "/throwing?throw=" + what);
			assertThat(stream.statusCode()).isEqualTo(controller.statusCode()).isNotEqualTo(500);
			assertThat(withoutTime(stream.body()))
				.isEqualTo(withoutTime(controller.body()).replace("/throwing", "/events/messages"));
		}
		assertThat(send("GET", "/events/messages?throw=handled").body()).isEqualTo("no tea");
		assertThat(send("GET", "/events/messages?throw=anything").statusCode()).isEqualTo(500);
		assertThat(this.server.clients("messages")).isZero();
	}

	private void start(Container container, String... properties) {
		this.server = TestServer.start(container, Application.class, properties);
	}

	private StreamClient open(String path, String... headers) throws Exception {
		return StreamClient.connect(this.server.uri(path), headers);
	}

	private HttpResponse<String> send(String method, String path) throws Exception {
		return this.http.send(HttpRequest.newBuilder(this.server.uri(path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.header("Accept", "text/event-stream, */*;q=0.1")
			.timeout(Patience.LIMIT)
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	private static String withoutTime(String error) {
		return error.replaceFirst("\"timestamp\":\"[^\"]*\"", "");
	}

	private EventChannel channel() {
		return this.server.bean(EventChannel.class);
	}

	private int refused(String stream, String reason) {
		Counter counter = this.server.bean(MeterRegistry.class)
			.find("eventsource.clients.refused")
			.tags("stream", stream, "reason", reason)
			.counter();
		return (counter != null) ? (int) counter.count() : 0;
	}

	@Configuration
	static class Application implements StreamListener {

		private final Queue<EventClient> opened = new ConcurrentLinkedQueue<>();

		private final Queue<CloseReason> closed = new ConcurrentLinkedQueue<>();

		@Override
		public void clientOpened(EventClient client) {
			this.opened.add(client);
		}

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			this.closed.add(reason);
		}

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		PersonalStream notifications() {
			return (client) -> Flux
				.just(Event.of(client.parameters().get("room") + " of " + client.headers().get("X-Tenant")))
				.concatWith(Flux.never());
		}

		@Bean
		Flux<Event> endless() {
			return Flux.<Event>generate((sink) -> sink.next(Event.of("x".repeat(10_000))));
		}

		@Bean
		Flux<Event> closed() {
			return Flux.never();
		}

		/** Types of event are rooms. */
		@Bean
		@Qualifier("messages")
		EventFilter roomFilter() {
			return (event, client) -> client.parameters().get("room") == null
					|| client.parameters().get("room").equals(event.type());
		}

		@Bean
		@Order(2)
		StreamAdmission second() {
			return (client, request) -> answer(request.getParameter("second"), request.getParameter("secondEnd"))
				.withHeaders("X-Tenant");
		}

		@Bean
		@Order(1)
		StreamAdmission first() {
			return (client, request) -> {
				fail(request.getParameter("throw"));
				return answer(request.getParameter("say"), request.getParameter("end")).withParameters("room",
						"absent");
			};
		}

		@Bean
		@Qualifier("closed")
		StreamAdmission closedAdmission() {
			return (client, request) -> Admission.forbidden();
		}

		private static Admission answer(String refusal, String end) {
			if (refusal != null) {
				return switch (refusal) {
					case "unauthorized" -> Admission.unauthorized();
					case "forbidden" -> Admission.forbidden();
					default -> Admission.unavailable();
				};
			}
			return Admission.accept().until((end != null) ? Instant.now().plusMillis(Long.parseLong(end)) : null);
		}

		static void fail(String what) {
			if (what != null) {
				throw switch (what) {
					case "status" -> new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS);
					case "handled" -> new UnsupportedOperationException("no tea");
					default -> new IllegalStateException("failure");
				};
			}
		}

		@Bean
		Routes routes(EventSourceEndpoint endpoint) {
			return new Routes(endpoint);
		}

		@Bean
		Advice advice() {
			return new Advice();
		}

	}

	@RestController
	static class Routes {

		private final EventSourceEndpoint endpoint;

		Routes(EventSourceEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		@GetMapping("/my/own/path")
		SseEmitter stream(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.open(Flux.just(1, 2), request, response);
		}

		@GetMapping("/throwing")
		String throwing(HttpServletRequest request) {
			Application.fail(request.getParameter("throw"));
			return "nothing";
		}

	}

	@RestControllerAdvice
	static class Advice {

		@ExceptionHandler
		ResponseEntity<String> noTea(UnsupportedOperationException ex) {
			return ResponseEntity.status(HttpStatus.I_AM_A_TEAPOT).body(ex.getMessage());
		}

	}

}
