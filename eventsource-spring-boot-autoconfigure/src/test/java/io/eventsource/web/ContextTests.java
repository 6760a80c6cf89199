package io.eventsource.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.PersonalStream;
import io.micrometer.context.ContextRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Code of the application that runs for one client knows what it would know on the thread
 * of the client's request, as where a controller returns a {@code Flux} to Spring MVC;
 * and nothing of it is left on the thread for the next client.
 */
class ContextTests {

	private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

	private static final String NOBODY = "null null null null denied";

	private TestServer server;

	@BeforeEach
	void register() {
		ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);
	}

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
		ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
		SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_THREADLOCAL);
	}

	private void start(TestServer.Container container, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add(TestServer.without(TestServer.DATABASE));
		this.server = TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	@ParameterizedTest
	@EachContainer
	void publisherKnowsTheSameAsAFlux(TestServer.Container container) throws Exception {
		start(container);
		for (String kind : List.of("subscribe", "publish", "reactor", "write", "request", "scoped", "denied")) {
			for (String user : List.of("alice", "bob")) {
				List<String> expected = data("/flux/" + kind, user);
				assertThat(data("/ours/" + kind, user)).as(kind).isEqualTo(expected);
				assertThat(expected.toString()).doesNotContain("null");
			}
		}
	}

	@ParameterizedTest
	@EachContainer
	void whatRunsForOneClientKnowsIt(TestServer.Container container) throws Exception {
		start(container, "eventsource.streams.each.subscription=per-client", "eventsource.heartbeat=50ms");
		Application application = this.server.bean(Application.class);
		for (String path : List.of("/events/personal", "/events/each", "/events/remembered")) {
			for (String user : List.of("alice", "bob", "alice")) {
				try (StreamClient client = open(path, user, "before")) {
					await().until(() -> client.data().stream().anyMatch((data) -> data.startsWith("tenant-")));
					assertThat(client.data()).contains(known(user));
				}
			}
		}
		await().untilAsserted(() -> assertThat(this.server.clients("personal")).isZero());
		await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(application.cancelled).hasSize(3));
		assertThat(application.cancelled).containsExactlyInAnyOrder(known("alice"), known("bob"), known("alice"));
	}

	@ParameterizedTest
	@EachContainer
	void filterKnowsItsClient(TestServer.Container container) throws Exception {
		start(container);
		Application application = this.server.bean(Application.class);
		try (StreamClient alice = open("/events/filtered", "alice");
				StreamClient bob = open("/events/filtered", "bob")) {
			await().until(() -> alice.count() > 0 && bob.count() > 0);
		}
		assertThat(application.filtered).contains("alice " + known("alice"), "bob " + known("bob"))
			.allMatch((line) -> line.startsWith("alice tenant-alice alice") || line.startsWith("bob tenant-bob bob"));
	}

	/** It serves others as well. */
	@ParameterizedTest
	@MethodSource("strategies")
	void sharedPublisherKnowsNobody(TestServer.Container container, String strategy, boolean virtual) throws Exception {
		SecurityContextHolder.setStrategyName(strategy);
		start(container, "spring.threads.virtual.enabled=" + virtual);
		for (String user : List.of("alice", "bob", "alice")) {
			assertThat(data("/ours/subscribe", user)).containsExactly(known(user));
		}
		try (StreamClient client = open("/events/shared", "bob")) {
			await().until(() -> client.count() > 0);
			assertThat(client.data().get(0)).isEqualTo(NOBODY);
		}
	}

	static Stream<Arguments> strategies() {
		return TestServer.containers()
			.stream()
			.flatMap((container) -> Stream
				.of(SecurityContextHolder.MODE_THREADLOCAL, SecurityContextHolder.MODE_INHERITABLETHREADLOCAL)
				.flatMap((strategy) -> Stream.of(false, true)
					.map((virtual) -> Arguments.of(container, strategy, virtual))));
	}

	@ParameterizedTest
	@EachContainer
	void manyClientsAreNotMixedUp(TestServer.Container container) throws Exception {
		start(container);
		List<StreamClient> clients = new ArrayList<>();
		for (int i = 0; i < 24; i++) {
			clients.add(open((i % 3 == 0) ? "/events/personal" : "/ours/publish", (i % 2 == 0) ? "alice" : "bob"));
		}
		for (int i = 0; i < 24; i++) {
			StreamClient client = clients.get(i);
			await().until(() -> client.count() > 0);
			assertThat(client.data().get(0)).isEqualTo(known((i % 2 == 0) ? "alice" : "bob"));
			client.close();
		}
	}

	/** As with a bean that a controller has used, but for as long as the stream lasts. */
	@ParameterizedTest
	@EachContainer
	void beanOfRequestScopeLivesAsLongAsTheStream(TestServer.Container container) throws Exception {
		start(container, "eventsource.heartbeat=50ms");
		Application application = this.server.bean(Application.class);
		try (StreamClient client = open("/events/scoped", "alice")) {
			await().until(() -> client.count() > 0);
			assertThat(client.data()).containsExactly("made for alice");
			assertThat(application.destroyed).isEmpty();
		}
		await().untilAsserted(() -> assertThat(application.destroyed).containsExactly("alice"));
	}

	private static String known(String user) {
		return "tenant-" + user + " " + user + " fr kept-" + user + " allowed";
	}

	private List<String> data(String path, String user) throws Exception {
		return open(path, user).awaitEnd().data().stream().map((data) -> data.replace("\"", "")).toList();
	}

	private StreamClient open(String path, String user, String... lastEventId) throws Exception {
		String token = Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
		List<String> headers = new ArrayList<>(
				List.of("Authorization", "Basic " + token, "X-Tenant", "tenant-" + user, "Accept-Language", "fr"));
		for (String id : lastEventId) {
			headers.addAll(List.of("Last-Event-ID", id));
		}
		return StreamClient.connect(this.server.uri(path), headers.toArray(String[]::new));
	}

	/**
	 * What the current thread knows.
	 */
	private static String seen(Guarded guarded) {
		Authentication user = SecurityContextHolder.getContext().getAuthentication();
		RequestAttributes attributes = RequestContextHolder.getRequestAttributes();
		return TENANT.get() + " " + ((user != null) ? user.getName() : null) + " "
				+ ((LocaleContextHolder.getLocaleContext() != null) ? LocaleContextHolder.getLocale() : null) + " "
				+ ((attributes != null) ? attributes.getAttribute("kept", RequestAttributes.SCOPE_REQUEST) : null) + " "
				+ allowed(guarded);
	}

	private static String allowed(Guarded guarded) {
		try {
			return guarded.call();
		}
		catch (RuntimeException ex) {
			return "denied";
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class Application {

		private final Queue<String> cancelled = new ConcurrentLinkedQueue<>();

		private final Queue<String> filtered = new ConcurrentLinkedQueue<>();

		private final Queue<String> destroyed = new ConcurrentLinkedQueue<>();

		@Bean
		SecurityFilterChain rules(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(User.withUsername("alice").password("{noop}secret").build(),
					User.withUsername("bob").password("{noop}secret").build());
		}

		@Bean
		OncePerRequestFilter tenants() {
			return new Tenants();
		}

		@Bean
		Guarded guarded() {
			return new Guarded();
		}

		@Bean
		@Scope(scopeName = "request", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Scoped perRequest() {
			return new Scoped(String.valueOf(TENANT.get()).replace("tenant-", ""), this.destroyed);
		}

		@Bean
		PersonalStream personal(Guarded guarded) {
			return (client) -> {
				String seen = seen(guarded);
				return Flux.just(Event.of(seen))
					.concatWith(Flux.never())
					.doOnCancel(() -> this.cancelled.add(seen(guarded)));
			};
		}

		@Bean
		PersonalStream scoped(Scoped perRequest) {
			return (client) -> Flux.just(Event.of(perRequest.text())).concatWith(Flux.never());
		}

		@Bean
		Flux<Event> each(Guarded guarded) {
			return Flux.defer(() -> Flux.just(Event.of(seen(guarded)))).concatWith(Flux.never());
		}

		@Bean
		Flux<Event> shared(Guarded guarded) {
			return Flux.defer(() -> Flux.just(Event.of(seen(guarded)))).concatWith(Flux.never()).cache(1);
		}

		@Bean
		Flux<Event> remembered() {
			return Flux.never();
		}

		@Bean
		@Qualifier("remembered")
		EventHistory history(Guarded guarded) {
			return (lastEventId, client, limit) -> Stream.of("after")
				.map((id) -> Event.builder().id(id).data(seen(guarded)).build());
		}

		@Bean
		Flux<Event> filtered() {
			return Flux.interval(Duration.ofMillis(20)).map((n) -> Event.of("tick"));
		}

		@Bean
		@Qualifier("filtered")
		EventFilter filter(Guarded guarded) {
			return (event, client) -> {
				this.filtered.add(client.principalName() + " " + seen(guarded));
				return true;
			};
		}

		@Bean
		DataWriter writer(Guarded guarded) {
			return (data) -> ((data instanceof Late late) ? late.text() : String.valueOf(data));
		}

		@Bean
		Controller controller(EventSourceEndpoint endpoint, Guarded guarded, Scoped perRequest) {
			return new Controller(endpoint, guarded, perRequest);
		}

	}

	/**
	 * What lies behind Spring Security.
	 */
	static class Guarded {

		@PreAuthorize("isAuthenticated()")
		String call() {
			return "allowed";
		}

		@PreAuthorize("hasRole('ADMIN')")
		String forbidden() {
			return "forbidden";
		}

	}

	/**
	 * A bean of request scope.
	 */
	static class Scoped implements DisposableBean {

		private final String user;

		private final Queue<String> destroyed;

		Scoped() {
			this("", new ConcurrentLinkedQueue<>());
		}

		Scoped(String user, Queue<String> destroyed) {
			this.user = user;
			this.destroyed = destroyed;
		}

		String text() {
			return "made for " + this.user;
		}

		@Override
		public void destroy() {
			this.destroyed.add(this.user);
		}

	}

	/**
	 * Data that is looked at when it is written.
	 */
	static class Late {

		private final Guarded guarded;

		Late(Guarded guarded) {
			this.guarded = guarded;
		}

		/** Called by Jackson, for MVC. */
		@com.fasterxml.jackson.annotation.JsonValue
		String text() {
			// MVC hands on no more to the thread that writes
			return seen(this.guarded).replaceAll(" (fr|null) (kept-[a-z]+|null) ", " ");
		}

	}

	/**
	 * Knows the tenant of a request.
	 */
	static class Tenants extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			TENANT.set(request.getHeader("X-Tenant"));
			try {
				request.setAttribute("kept", "kept-" + request.getHeader("X-Tenant").replace("tenant-", ""));
				chain.doFilter(request, response);
			}
			finally {
				TENANT.remove();
			}
		}

	}

	@RestController
	static class Controller {

		private final EventSourceEndpoint endpoint;

		private final Guarded guarded;

		private final Scoped perRequest;

		Controller(EventSourceEndpoint endpoint, Guarded guarded, Scoped perRequest) {
			this.endpoint = endpoint;
			this.guarded = guarded;
			this.perRequest = perRequest;
		}

		private Flux<Object> flux(String kind) {
			return switch (kind) {
				case "subscribe" -> Flux.defer(() -> Flux.just(seen(this.guarded)));
				case "publish" -> Flux.create((sink) -> sink.next(seen(this.guarded)).complete());
				case "reactor" -> Flux.deferContextual((context) -> Flux.just(context.getOrDefault("tenant", "null")));
				case "request" -> Flux.generate((sink) -> {
					sink.next(String.valueOf(TENANT.get()));
					sink.complete();
				});
				case "write" -> Flux.<Object>just(new Late(this.guarded)).delayElements(Duration.ofMillis(20));
				case "scoped" -> Flux.defer(() -> Flux.just(this.perRequest.text()));
				default -> Flux.defer(() -> Flux.just(allowedForAdmins()));
			};
		}

		private String allowedForAdmins() {
			try {
				return this.guarded.forbidden();
			}
			catch (RuntimeException ex) {
				return ex.getClass().getName();
			}
		}

		@RequestMapping(path = "/flux/{kind}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<org.springframework.http.codec.ServerSentEvent<Object>> flux(@PathVariable("kind") String kind,
				HttpServletRequest request) {
			return flux(kind).map((data) -> org.springframework.http.codec.ServerSentEvent.builder(data).build());
		}

		@RequestMapping("/ours/{kind}")
		@Nullable SseEmitter ours(@PathVariable("kind") String kind, HttpServletRequest request, HttpServletResponse response)
				throws IOException {
			return this.endpoint.open(flux(kind), request, response);
		}

	}

}
