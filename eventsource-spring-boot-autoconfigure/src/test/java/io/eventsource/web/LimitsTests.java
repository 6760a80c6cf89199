package io.eventsource.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.RefusalReason;
import io.eventsource.StreamListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How many connections there may be and for how long, over HTTP.
 */
@Tag("direct")
class LimitsTests {

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
	void oneConnectionTooManyGetsASoftAnswerAndTheRestStaysReachable(TestServer.Container container) throws Exception {
		start(container, "eventsource.max-connections=3");
		for (int i = 0; i < 3; i++) {
			client();
		}
		StreamClient refused = client().awaitEnd();
		assertThat(refused.head().statusCode()).isEqualTo(200);
		assertThat(refused.head().headers().firstValue("Content-Type")).get()
			.asString()
			.startsWith("text/event-stream");
		assertThat(refused.reconnectionTime()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6));
		assertThat(refused.events()).isEmpty();
		assertThat(get("/hello").body()).isEqualTo("hello");
		assertThat(listener().refused).containsExactly(Map.entry(RefusalReason.MAX_CONNECTIONS, 1));
		this.open.get(0).close();
		await().until(() -> this.server.clients("messages") == 2);
		StreamClient next = client();
		this.server.bean(EventChannel.class).publish("message", "a");
		await().until(() -> next.count() == 1);
	}

	@ParameterizedTest
	@EachContainer
	void oneConnectionTooManyGetsAStatusWhereThatWasChosen(TestServer.Container container) throws Exception {
		start(container, "eventsource.max-connections=1", "eventsource.reject=status", "eventsource.retry=5s");
		client();
		HttpResponse<String> refused = get("/events/messages");
		assertThat(refused.statusCode()).isEqualTo(503);
		assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow())).isBetween(5, 10);
	}

	@ParameterizedTest
	@EachContainer
	void connectionsOfOneUserAreLimitedAndThoseOfAnotherAreNot(TestServer.Container container) throws Exception {
		start(container, "eventsource.max-connections-per-client=2");
		StreamClient first = client("User", "alice");
		client("User", "alice");
		client("User", "alice").awaitEnd();
		client("User", "bob");
		client();
		client();
		client().awaitEnd();
		await().until(() -> this.server.clients("messages") == 5);
		assertThat(listener().refused).containsExactly(Map.entry(RefusalReason.MAX_CONNECTIONS_PER_CLIENT, 2));
		first.close();
		await().until(() -> this.server.clients("messages") == 4);
		client("User", "alice");
		await().until(() -> this.server.clients("messages") == 5);
	}

	@ParameterizedTest
	@EachContainer
	void headIsNotCounted(TestServer.Container container) throws Exception {
		start(container, "eventsource.max-connections=1");
		for (int i = 0; i < 5; i++) {
			HttpRequest head = HttpRequest.newBuilder(this.server.uri("/events/messages"))
				.method("HEAD", HttpRequest.BodyPublishers.noBody())
				.build();
			HttpClient.newHttpClient().send(head, HttpResponse.BodyHandlers.discarding());
		}
		client();
		await().until(() -> this.server.clients("messages") == 1);
	}

	@ParameterizedTest
	@EachContainer
	void connectionEndsCleanlyAtItsLifetime(TestServer.Container container) throws Exception {
		start(container, "eventsource.max-lifetime=3s");
		long start = System.nanoTime();
		StreamClient client = client();
		this.server.bean(EventChannel.class).publish("message", "a");
		client.awaitEnd();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(2000));
		assertThat(client.data()).containsExactly("a");
		await().untilAsserted(() -> assertThat(listener().closed).containsKey(CloseReason.LIFETIME));
		this.server.bean(EventChannel.class).publish("message", "b");
		StreamClient back = client("Last-Event-ID", client.lastEventId());
		await().until(() -> back.data().equals(List.of("b")));
	}

	@ParameterizedTest
	@EachContainer
	void someClientsMayBeDisconnectedFromCode(TestServer.Container container) throws Exception {
		start(container);
		StreamClient alice = client("User", "alice");
		StreamClient bob = client("User", "bob");
		EventSourceEndpoint endpoint = this.server.bean(EventSourceEndpoint.class);
		assertThat(endpoint.clients("messages")).extracting(ClientSnapshot::client)
			.extracting(EventClient::principalName)
			.containsExactlyInAnyOrder("alice", "bob");
		assertThat(endpoint.disconnect((client) -> "alice".equals(client.principalName()))).isOne();
		alice.awaitEnd();
		assertThat(bob.hasEnded()).isFalse();
		await().untilAsserted(() -> assertThat(listener().closed).containsExactly(Map.entry(CloseReason.REVOKED, 1)));
	}

	private void start(TestServer.Container container, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("eventsource.heartbeat=200ms");
		this.server = TestServer.start(container, Application.class, all.toArray(String[]::new));
	}

	private StreamClient client(String... headers) throws Exception {
		StreamClient client = StreamClient.connect(this.server.uri("/events/messages"), headers);
		this.open.add(client);
		return client;
	}

	private HttpResponse<String> get(String path) throws Exception {
		URI uri = this.server.uri(path);
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
	}

	private CountingListener listener() {
		return this.server.bean(CountingListener.class);
	}

	/**
	 * Counts who was refused and why connections ended.
	 */
	static class CountingListener implements StreamListener {

		private final Map<RefusalReason, Integer> refused = new ConcurrentHashMap<>();

		private final Map<CloseReason, Integer> closed = new ConcurrentHashMap<>();

		@Override
		public void clientRefused(String stream, RefusalReason reason) {
			this.refused.merge(reason, 1, Integer::sum);
		}

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			this.closed.merge(reason, 1, Integer::sum);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

		@Bean
		CountingListener countingListener() {
			return new CountingListener();
		}

		/** Stands in for a login: the user is who the request says it is. */
		@Bean
		FilterRegistrationBean<UserFilter> userFilter() {
			return new FilterRegistrationBean<>(new UserFilter());
		}

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

	}

}
