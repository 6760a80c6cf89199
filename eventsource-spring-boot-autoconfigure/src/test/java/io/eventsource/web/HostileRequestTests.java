package io.eventsource.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.eventsource.ClientSnapshot;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.PersonalStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Requests that nobody means well with, over bare sockets, on each container. What a
 * browser could send is answered by a stream that has what was published and nothing
 * else; what is not HTTP, or no path of a stream, is refused before it comes to us.
 */
@Tag("direct")
@ExtendWith(OutputCaptureExtension.class)
class HostileRequestTests {

	private static final String UNKNOWN = "event: gap\ndata: {\"cause\":\"unknown\"}\n\n";

	private static final String RESTARTED = "event: gap\ndata: {\"cause\":\"restarted\"}\n\n";

	private final List<RawClient> open = new ArrayList<>();

	private TestServer server;

	@AfterEach
	void stop() throws Exception {
		for (RawClient client : this.open) {
			client.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void hostileLastEventIdInTheHeaderGetsAGapAndWhatWasPublished(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container);
		String epoch = begin();
		Map<String, String> expected = new LinkedHashMap<>();
		for (String id : ids(epoch)) {
			expected.put(get("/events/messages", id), UNKNOWN);
			expected.put(get("/events/orders", id.replace(epoch, "epoch")), UNKNOWN);
		}
		// The length alone does not make it one of an earlier run
		expected.put(get("/events/messages", "a".repeat(epoch.length()) + "-0"), UNKNOWN);
		expected.put(get("/events/messages", begin("orders") + "-0"), RESTARTED);
		assertStreams(expected, epoch);
		assertLogIsClean(output);
	}

	@ParameterizedTest
	@EachContainer
	void hostileLastEventIdInTheQueryGetsAGapAndWhatWasPublished(TestServer.Container container, CapturedOutput output)
			throws Exception {
		start(container);
		String epoch = begin();
		Map<String, String> expected = new LinkedHashMap<>();
		for (String id : List.of("%00", "%0d%0aFORGED", "%0a%0adata:%20FORGED%0a%0a", "%1b%5b31mFORGED",
				"%e2%80%a8FORGED", "%c2%9bFORGED", "%09FORGED", "+", "~end", "%7Eend", epoch + "~end",
				epoch + "-99999999999999999999", epoch + "--1", epoch + "-%2b1", "x".repeat(7000),
				// What is no encoding at all
				"%", "100%", "%zz", "%u0041", "%c0%8a", "%ff%fe", "%ed%a0%bd", "1&other=%zz", "1&%zz")) {
			for (String stream : List.of("messages", "orders")) {
				expected.put(get("/events/" + stream + "?lastEventId=" + id), UNKNOWN);
				expected.put(get("/events/" + stream + "?other=%zz&lastEventId=" + id), UNKNOWN);
			}
		}
		assertStreams(expected, epoch);
		assertLogIsClean(output);
	}

	@ParameterizedTest
	@EachContainer
	void hostileTypesAreLimitedAndNoError(TestServer.Container container, CapturedOutput output) throws Exception {
		start(container);
		String epoch = begin();
		Map<String, String> expected = new LinkedHashMap<>();
		for (String query : List.of("types", "types=", "types=,,,%20,", "types=%zz", "types=%ff", "types=%", "=&&=",
				"%zz", "types=message," + "a,".repeat(3500), "types=message" + "&types=a".repeat(800),
				",".repeat(7000))) {
			expected.put(get("/events/messages?" + query), "");
		}
		assertStreams(expected, epoch);
		for (ClientSnapshot client : this.server.bean(EventSourceEndpoint.class).clients("messages")) {
			assertThat(client.client().types()).hasSizeLessThanOrEqualTo(100);
		}
		assertLogIsClean(output);
	}

	@ParameterizedTest
	@EachContainer
	void whatIsKeptOfARequestIsShort(TestServer.Container container) throws Exception {
		start(container);
		open(get("/events/messages", "x".repeat(7000)));
		open(get("/events/messages?lastEventId=" + "%c3%a9".repeat(1100)));
		open(get("/events/messages?lastEventId=%zz" + "x".repeat(7000)));
		await().until(() -> this.server.clients("messages") == 3);
		assertThat(this.server.bean(EventSourceEndpoint.class).clients("messages")).hasSize(3)
			.allSatisfy((client) -> assertThat(client.client().lastEventId()).hasSize(Event.MAX_ID_LENGTH + 1));
	}

	@ParameterizedTest
	@EachContainer
	void idThatEndsAStreamEndsThatOfNobodyElse(TestServer.Container container) throws Exception {
		start(container);
		RawClient other = open(get("/events/personal"));
		other.readUntil("data: own\n\n");
		for (String id : List.of("~end", "x~end", "\u00e9~end", "x".repeat(500) + "~end")) {
			RawClient hostile = open(get("/events/personal", utf8(id)));
			String head = hostile.readUntil("\r\n\r\n");
			assertThat(head).startsWith("HTTP/1.1 204");
			// Else a cache may answer others with it, whose browsers then give up
			assertThat(head).contains("Cache-Control: no-store\r\n");
		}
		open(get("/events/personal", "x".repeat(2000) + "~end")).readUntil("data: own\n\n");
		open(get("/events/personal")).readUntil("data: own\n\n");
		assertThat(this.server.clients("personal")).isEqualTo(3);
	}

	@ParameterizedTest
	@EachContainer
	void whatIsNotHttpIsRefusedByTheContainer(TestServer.Container container, CapturedOutput output) throws Exception {
		start(container);
		for (String id : List.of("a\u0000b", "a\u0001b", "a\u001b[31mb", "a\u007fb", "a\rb", "a\nb",
				"x".repeat(9000))) {
			assertThat(status(get("/events/messages", id))).isIn(400, 431);
		}
		for (String path : List.of("/events/messages\u0000", "/events/messages\u001b[31m", "/events/messages%00",
				"/events/messages%zz", "/events/messages?lastEventId=\u0001", "/events/" + "x".repeat(9000),
				"/events/messages?lastEventId=" + "x".repeat(9000))) {
			assertThat(status(get(path))).isIn(400, 414);
		}
		assertThat(this.server.snapshot("messages").clients()).isZero();
		assertLogIsClean(output);
	}

	@ParameterizedTest
	@EachContainer
	void pathThatIsNoStreamsIsNotFound(TestServer.Container container, CapturedOutput output) throws Exception {
		start(container);
		for (String path : List.of("/events%2fmessages", "/events/./messages", "/events/%2e/messages",
				"/events//messages", "/events/messages/", "/events/messages%0d%0a", "/events/messages%0d%0aFORGED",
				"/events/messages%1b", "/events/messages%ff", "/events/messages%20", "/events/x/../messages",
				"/events/%2e%2e/messages", "/events/..;/events/messages", "/events/messages\\..", "/events/messages%5c",
				"/events/MESSAGES", "/events/messages%3fx", "/events/messages.json", "*")) {
			assertThat(status(get(path))).as(path).isIn(400, 404);
		}
		assertThat(this.server.snapshot("messages").clients()).isZero();
		assertLogIsClean(output);
	}

	@ParameterizedTest
	@EachContainer
	void otherSpellingsOfAPathAreTheSameStream(TestServer.Container container, CapturedOutput output) throws Exception {
		start(container);
		String epoch = begin();
		Map<String, String> expected = new LinkedHashMap<>();
		for (String path : List.of("/events/%6d%65ssages", "/events/messages;a=b", "/events/messages;a=%0d%0aFORGED",
				"/events;x/messages", "http://localhost/events/messages")) {
			expected.put(get(path), "");
		}
		assertStreams(expected, epoch);
		assertLogIsClean(output);
	}

	@ParameterizedTest
	@EachContainer
	void pathOfARouteOfOnesOwnIsNotRawInTheLog(TestServer.Container container, CapturedOutput output) throws Exception {
		start(container);
		for (String path : List.of("a%0d%0aFORGED", "%1b%5b31mFORGED", "%e2%80%a8FORGED", "%c2%9bFORGED")) {
			assertThat(status(get("/own/" + path))).as(path).isIn(200, 400);
		}
		open(get("/own/name")).readUntil("data: own\n\n");
		await().untilAsserted(() -> assertThat(output).contains("Closed client"));
		assertLogIsClean(output);
	}

	/**
	 * Where form login is on, Spring Security reads parameters of each request itself,
	 * and answers 400 if that fails.
	 */
	@ParameterizedTest
	@EachContainer
	void malformedParameterPassesSpringSecurity(TestServer.Container container) throws Exception {
		this.server = TestServer.start(container, Secured.class, TestServer.without(TestServer.DATABASE));
		assertThat(status(get("/events/messages"))).isEqualTo(401);
		for (String query : List.of("other=%zz", "lastEventId=%zz", "types=%ff")) {
			String request = get("/events/messages?" + query);
			assertThat(status(request.replace("Host:", "Authorization: Basic dTpw\r\nHost:"))).as(query).isEqualTo(200);
		}
	}

	private static List<String> ids(String epoch) {
		return Stream
			.of("-5", "-", "--", "0", "9".repeat(400), Long.MAX_VALUE + "", Long.MIN_VALUE + "", "1e9", "0x10", "NaN",
					"null", "undefined", "*", "%00", "%0d%0aFORGED", "~end", epoch, epoch + "-", epoch + "--1",
					epoch + "-+1", epoch + "-1.5", epoch + "-\uff11", epoch + "-99999999999999999999",
					epoch + "-" + Long.MAX_VALUE, epoch + "-999999999999999999", epoch + "~end",
					epoch + "-" + "0".repeat(900), epoch + "-0\u2028FORGED", "\u0085FORGED", "\u009b31mFORGED",
					"\u2028FORGED", "\u202eFORGED", "\ufeff", "\ufffd", "{\"id\":1}", "' or 1=1 --", "<script>",
					"${jndi:ldap://localhost/x}", "x".repeat(Event.MAX_ID_LENGTH + 1), "\u00e9".repeat(3000),
					"-".repeat(7000))
			.map(HostileRequestTests::utf8)
			.toList();
	}

	/** What the client sends as UTF-8, as the characters that stand for its bytes. */
	private static String utf8(String text) {
		return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
	}

	private static String get(String target) {
		return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
	}

	private static String get(String target, String lastEventId) {
		return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: " + lastEventId + "\r\n\r\n";
	}

	private void start(TestServer.Container container) {
		this.server = TestServer.start(container, Application.class, "logging.level.io.eventsource=trace");
	}

	/**
	 * Publishes a first event.
	 * @return the epoch of the stream
	 */
	private String begin() throws Exception {
		this.server.bean(Channels.class).publish("first");
		return begin("messages");
	}

	private String begin(String stream) throws Exception {
		try (RawClient client = RawClient.send(this.server.port(), get("/events/" + stream, "x"))) {
			String first = client.readUntil("data: first\n\n");
			return first.substring(first.lastIndexOf("id: ") + 4, first.lastIndexOf("-0\n"));
		}
	}

	/**
	 * Opens all of them, publishes another event, and compares each byte that they get.
	 * @param expected by request, the gap event that it gets and, if so, the event that
	 * was published before
	 */
	private void assertStreams(Map<String, String> expected, String epoch) throws Exception {
		Map<String, RawClient> clients = new LinkedHashMap<>();
		for (String request : expected.keySet()) {
			clients.put(request, open(request));
		}
		Map<String, String> begun = new LinkedHashMap<>();
		for (Map.Entry<String, RawClient> client : clients.entrySet()) {
			// With the preamble, a client has its place in the stream
			begun.put(client.getKey(), client.getValue().readUntil("retry: 3000\n"));
		}
		this.server.bean(Channels.class).publish("last");
		for (Map.Entry<String, RawClient> client : clients.entrySet()) {
			String gap = expected.get(client.getKey());
			String answer = begun.get(client.getKey()) + client.getValue().readUntil("data: last\n\n");
			assertThat(answer).as(client.getKey()).startsWith("HTTP/1.1 200").contains("text/event-stream");
			String body = unchunked(answer).replaceAll("id: [0-9a-z]{15}-?", "id: ");
			assertThat(body).as(client.getKey())
				.isEqualTo(
						(gap.isEmpty() ? "retry: 3000\nid: ~1\n\n" : "retry: 3000\n" + gap + "id: 0\ndata: first\n\n")
								+ "id: 1\ndata: last\n\n");
		}
	}

	/** No block of a stream has a CR: the others are those of the chunks. */
	private static String unchunked(String answer) {
		String[] parts = answer.substring(answer.indexOf("\r\n\r\n") + 4).split("\r\n");
		if (!answer.contains("\r\nTransfer-Encoding: chunked\r\n")) {
			assertThat(parts).hasSize(1);
			return parts[0];
		}
		StringBuilder body = new StringBuilder();
		for (int i = 1; i < parts.length; i += 2) {
			body.append(parts[i]);
		}
		return body.toString();
	}

	private RawClient open(String request) throws IOException {
		RawClient client = RawClient.send(this.server.port(), request);
		this.open.add(client);
		return client;
	}

	private int status(String request) throws IOException {
		try (RawClient client = RawClient.send(this.server.port(), request)) {
			return Integer.parseInt(client.readUntil("\r\n").substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3));
		}
	}

	private static void assertLogIsClean(CapturedOutput output) {
		assertThat(output.toString()).doesNotContainPattern("[\\p{Cc}&&[^\\n\\t]]").doesNotContain("\nFORGED");
	}

	/**
	 * The streams that all get the same events.
	 *
	 * @param messages a stream without a history
	 * @param orders a stream with one
	 */
	record Channels(EventChannel messages, EventChannel orders) {

		void publish(String text) {
			this.messages.publish("message", text);
			this.orders.publish("message", text);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		private final ObjectProvider<EventSourceEndpoint> endpoint;

		Application(ObjectProvider<EventSourceEndpoint> endpoint) {
			this.endpoint = endpoint;
		}

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		EventChannel orders() {
			return EventChannel.create();
		}

		@Bean
		Channels channels(@Qualifier("messages") EventChannel messages, @Qualifier("orders") EventChannel orders) {
			return new Channels(messages, orders);
		}

		/** Fails with a message that has the id in it, as much code does. */
		@Bean
		@Qualifier("orders")
		EventHistory history() {
			return Application::after;
		}

		private static @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
			throw new IllegalArgumentException("No such order: " + lastEventId);
		}

		@Bean
		PersonalStream personal() {
			return (client) -> Flux.just(Event.of("own")).concatWith(Flux.never());
		}

		@GetMapping("/own/{name}")
		@Nullable SseEmitter own(HttpServletRequest request, HttpServletResponse response) throws IOException {
			return this.endpoint.getObject().open(Flux.just(Event.of("own")), request, response);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Secured {

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(User.withUsername("u").password("{noop}p").build());
		}

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		SecurityFilterChain security(HttpSecurity http) throws Exception {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

}
