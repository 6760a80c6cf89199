package io.eventsource.web;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.Patience;
import io.eventsource.PersonalStream;
import io.eventsource.RefusalReason;
import io.eventsource.web.OpeningHooks.Moment;
import io.eventsource.web.TestServer.Container;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is revoked while a stream is being opened, at whatever moment, is revoked for that
 * stream too.
 */
class RevocationTests {

	private static final List<String> PATHS = List.of("/events/messages", "/events/greetings", "/own");

	private static final Map<Container, TestServer> servers = new EnumMap<>(Container.class);

	private final HttpClient http = HttpClient.newHttpClient();

	private TestServer server;

	@AfterAll
	static void stop() {
		servers.values().forEach(TestServer::close);
		servers.clear();
	}

	@AfterEach
	void reset() {
		hooks().tasks.clear();
		hooks().refused.clear();
		hooks().allowed.set(true);
		hooks().onClosed = (client) -> {
		};
		endpoint().disconnect((client) -> true);
		await().until(() -> this.server.clients("messages") + this.server.clients("greetings") == 0);
	}

	static Stream<Case> cases() {
		return TestServer.containers()
			.stream()
			.flatMap((container) -> Arrays.stream(Moment.values())
				.flatMap((moment) -> Arrays.stream(Revocation.values())
					.filter((revocation) -> moment != Moment.BEFORE || revocation.ofTheSession)
					.map((revocation) -> new Case(container, moment, revocation))));
	}

	@ParameterizedTest
	@MethodSource("cases")
	void streamThatIsBeingOpenedEndsAndTheClientIsLookedAtAnew(Case each) throws Exception {
		start(each.container());
		for (String path : PATHS) {
			String session = login();
			hooks().on(each.moment(), (request) -> each.revocation().revoke(this.server, request));
			StreamClient client = StreamClient.open(this.server.uri(path), "User", "bob", "Cookie", session);
			assertThat(client.head().statusCode()).isEqualTo(200);
			assertThat(hooks().ran.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			assertThat(hooks().failure).isNull();
			await().until(() -> {
				publish("secret");
				return client.hasEnded();
			});
			assertThat(client.awaitEnd().events()).isEmpty();
			assertThat(client.reconnectionTime()).isNotNull();
			await().until(() -> this.server.clients("messages") + this.server.clients("greetings") == 0);
			// A browser comes back, and is let in if it still may
			StreamClient back = StreamClient.connect(this.server.uri(path), "User", "bob");
			// The publisher of a personal stream is subscribed to on another thread
			await().until(() -> {
				publish("hello");
				return back.data().contains("hello");
			});
			back.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void streamsOfOthersThatAreBeingOpenedGoOn(Container container) throws Exception {
		start(container);
		hooks().on(Moment.ADMISSION, (request) -> {
			endpoint().disconnect((client) -> client.principal().getName().equals("alice"));
			endpoint().disconnect((client) -> "another session".equals(client.sessionId()));
		});
		StreamClient client = StreamClient.connect(this.server.uri("/events/messages"), "User", "bob");
		publish("hello");
		await().until(() -> client.data().equals(List.of("hello")));
	}

	@ParameterizedTest
	@EachContainer
	void conditionThatFailsForOneClientEndsTheConnectionsOfTheOthers(Container container) throws Exception {
		start(container);
		StreamClient anonymous = StreamClient.connect(this.server.uri("/events/messages"));
		StreamClient alice = StreamClient.connect(this.server.uri("/events/messages"), "User", "alice");
		StreamClient bob = StreamClient.connect(this.server.uri("/events/messages"), "User", "bob");
		assertThat(endpoint().disconnect((client) -> client.principal().getName().equals("bob"))).isEqualTo(2);
		publish("secret");
		assertThat(bob.awaitEnd().events()).isEmpty();
		assertThat(anonymous.awaitEnd().events()).isEmpty();
		await().until(() -> alice.data().equals(List.of("secret")));
	}

	@ParameterizedTest
	@EachContainer
	void timeThatIsOverBeforeTheStreamIsOpenedOpensNone(Container container) throws Exception {
		start(container);
		for (String path : PATHS) {
			hooks().on(Moment.ADMISSION,
					(request) -> await().until(() -> Instant.now().isAfter((Instant) request.getAttribute("end"))));
			StreamClient client = StreamClient.connect(this.server.uri(path), "User", "bob", "Lasts", "300");
			publish("secret");
			assertThat(client.awaitEnd().events()).isEmpty();
			assertThat(hooks().refused).containsEntry(RefusalReason.EXPIRED, 1 + PATHS.indexOf(path));
		}
	}

	@ParameterizedTest
	@EachContainer
	void sessionThatWasBegunDuringTheAdmissionEndsTheStreamToo(Container container) throws Exception {
		start(container);
		hooks().on(Moment.ADMISSION, (request) -> request.getSession(true));
		StreamClient client = StreamClient.connect(this.server.uri("/events/messages"), "User", "bob");
		await().until(() -> this.server.clients("messages") == 1);
		String session = client.head().headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
		send("/logout", session);
		client.awaitEnd();
	}

	@ParameterizedTest
	@EachContainer
	void listenerThatEndsConnectionsHoldsUpNobody(Container container) throws Exception {
		start(container);
		List<StreamClient> clients = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			clients.add(StreamClient.connect(this.server.uri(PATHS.get(i % 3)), "User", "bob"));
		}
		hooks().onClosed = (client) -> {
			long begun = System.nanoTime();
			endpoint().disconnect((each) -> "bob".equals(each.principalName()));
			endpoint().clients("messages");
			hooks().waited = Math.max(hooks().waited, System.nanoTime() - begun);
		};
		String first = endpoint().clients("messages").get(0).client().id();
		endpoint().disconnect((client) -> client.id().equals(first));
		for (StreamClient client : clients) {
			client.awaitEnd();
		}
		// A second for each stream, before
		assertThat(Duration.ofNanos(hooks().waited)).isPositive().isLessThan(Duration.ofMillis(900));
	}

	@ParameterizedTest
	@EachContainer
	void streamThatIsOpenedWhileAllAreSentAwayHoldsUpNobody(Container container) throws Exception {
		start(container);
		CountDownLatch drained = new CountDownLatch(1);
		hooks().on(Moment.ADMISSION, (request) -> {
			new Thread(() -> {
				endpoint().drain(Duration.ofMinutes(2));
				drained.countDown();
			}).start();
			await().until(() -> isRefused("/events/messages"));
		});
		StreamClient client = StreamClient.connect(this.server.uri("/own"), "User", "bob").awaitEnd();
		assertThat(client.events()).isEmpty();
		assertThat(drained.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		endpoint().start();
	}

	private boolean isRefused(String path) throws Exception {
		try (StreamClient client = StreamClient.connect(this.server.uri(path))) {
			publish("to those who are let in");
			await().until(() -> client.hasEnded() || client.count() > 0);
			return client.hasEnded() && client.count() == 0;
		}
	}

	/**
	 * The right is taken away, and then the connections are ended, while clients come all
	 * the time.
	 */
	@ParameterizedTest
	@EachContainer
	void noStreamOutlastsTheRightToIt(Container container) throws Exception {
		start(container);
		Random random = new Random(4);
		int refused = 0;
		int ended = 0;
		for (int i = 0; i < 300; i++) {
			hooks().allowed.set(true);
			String path = PATHS.get(i % 3);
			int time = random.nextInt(1_000_000);
			List.of(Moment.ADMISSION, Moment.PLACE, Moment.STARTED)
				.forEach((moment) -> hooks().on(moment, (request) -> pause(time)));
			StreamClient client = StreamClient.open(this.server.uri(path), "User", "bob");
			pause(random.nextInt(4_000_000));
			hooks().allowed.set(false);
			endpoint().disconnect((each) -> "bob".equals(each.principalName()));
			if (client.head().statusCode() == 403) {
				refused++;
			}
			else {
				client.awaitEnd();
				ended++;
			}
		}
		assertThat(refused).isPositive();
		assertThat(ended).isPositive();
		await().until(() -> this.server.clients("messages") + this.server.clients("greetings") == 0);
	}

	/** Takes a while, without giving the processor away. */
	private static void pause(long nanos) {
		long end = System.nanoTime() + nanos;
		while (System.nanoTime() - end < 0) {
			Thread.onSpinWait();
		}
	}

	private void start(Container container) {
		this.server = servers.computeIfAbsent(container,
				(none) -> TestServer.start(none, Application.class, "eventsource.heartbeat=200ms"));
	}

	private OpeningHooks hooks() {
		return this.server.bean(OpeningHooks.class);
	}

	private EventSourceEndpoint endpoint() {
		return this.server.bean(EventSourceEndpoint.class);
	}

	private void publish(String data) {
		this.server.bean(EventChannel.class).publish(Event.of(data));
	}

	private String login() throws Exception {
		return send("/login", "none=1").headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
	}

	private HttpResponse<String> send(String path, String cookie) throws Exception {
		return this.http.send(HttpRequest.newBuilder(this.server.uri(path)).header("Cookie", cookie).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	/**
	 * What is revoked when, on which container.
	 */
	record Case(Container container, Moment moment, Revocation revocation) {

	}

	/**
	 * What is revoked.
	 */
	enum Revocation {

		SESSION_ENDS(true) {

			@Override
			void revoke(TestServer server, HttpServletRequest request) {
				request.getSession(false).invalidate();
			}

		},

		SESSION_ENDS_ELSEWHERE(true) {

			@Override
			void revoke(TestServer server, HttpServletRequest request) throws Exception {
				HttpClient.newHttpClient()
					.send(HttpRequest.newBuilder(server.uri("/logout"))
						.header("Cookie", request.getHeader("Cookie"))
						.build(), HttpResponse.BodyHandlers.ofString());
			}

		},

		SESSION_GETS_ANOTHER_ID(false) {

			@Override
			void revoke(TestServer server, HttpServletRequest request) throws Exception {
				HttpClient.newHttpClient()
					.send(HttpRequest.newBuilder(server.uri("/change"))
						.header("Cookie", request.getHeader("Cookie"))
						.build(), HttpResponse.BodyHandlers.ofString());
			}

		},

		USER_IS_DISCONNECTED(false) {

			@Override
			void revoke(TestServer server, HttpServletRequest request) {
				server.bean(EventSourceEndpoint.class).disconnect((client) -> "bob".equals(client.principalName()));
			}

		},

		CONDITION_FAILS(false) {

			@Override
			void revoke(TestServer server, HttpServletRequest request) {
				server.bean(EventSourceEndpoint.class).disconnect((client) -> {
					throw new IllegalStateException("condition");
				});
			}

		};

		private final boolean ofTheSession;

		Revocation(boolean ofTheSession) {
			this.ofTheSession = ofTheSession;
		}

		abstract void revoke(TestServer server, HttpServletRequest request) throws Exception;

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		PersonalStream greetings(EventChannel messages) {
			return (client) -> messages;
		}

		@Bean
		OpeningHooks hooks() {
			return new OpeningHooks();
		}

		@Bean
		WebMvcConfigurer interceptor(OpeningHooks hooks) {
			return new WebMvcConfigurer() {

				@Override
				public void addInterceptors(InterceptorRegistry registry) {
					registry.addInterceptor(hooks);
				}

			};
		}

		@Bean
		FilterRegistrationBean<UserFilter> userFilter() {
			return new FilterRegistrationBean<>(new UserFilter());
		}

		@Bean
		Routes routes(EventSourceEndpoint endpoint, EventChannel messages) {
			return new Routes(endpoint, messages);
		}

	}

	@RestController
	static class Routes {

		private final EventSourceEndpoint endpoint;

		private final EventChannel messages;

		Routes(EventSourceEndpoint endpoint, EventChannel messages) {
			this.endpoint = endpoint;
			this.messages = messages;
		}

		@GetMapping("/login")
		String login(HttpServletRequest request) {
			return request.getSession(true).getId();
		}

		@GetMapping("/logout")
		String logout(HttpServletRequest request) {
			request.getSession(false).invalidate();
			return "";
		}

		@GetMapping("/change")
		String change(HttpServletRequest request) {
			return request.changeSessionId();
		}

		@GetMapping("/own")
		@Nullable SseEmitter own(HttpServletRequest request, HttpServletResponse response) throws Exception {
			return this.endpoint.open(Flux.from(this.messages), request, response);
		}

	}

}
