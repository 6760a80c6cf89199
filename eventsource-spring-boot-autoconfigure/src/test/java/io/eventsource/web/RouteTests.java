package io.eventsource.web;

import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams through the proxies that Debian has beside nginx, which {@link ProxyTests} are
 * about. Not part of the build: run them by {@code -Pproxies}; those that are not
 * installed are skipped.
 */
@Tag("proxies")
class RouteTests {

	private final List<StreamClient> open = new ArrayList<>();

	@TempDir
	private Path folder;

	private TestServer server;

	private int silence = 60;

	private Route route;

	@AfterEach
	void stop() {
		this.open.forEach(StreamClient::close);
		if (this.route != null) {
			this.route.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void eventsArriveOneByOne(Route.Kind kind) throws Exception {
		start(kind);
		StreamClient client = client();
		long fastest = Long.MAX_VALUE;
		for (int i = 1; i <= 20; i++) {
			long start = System.nanoTime();
			publish("event " + i);
			int count = i;
			await().pollInterval(Duration.ofMillis(2)).until(() -> client.count() == count);
			fastest = Math.min(fastest, System.nanoTime() - start);
		}
		// HAProxy holds back every event for 200 ms unless it is told not to
		assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofMillis(150));
	}

	@ParameterizedTest
	@EnumSource
	void burstArrivesWhole(Route.Kind kind) throws Exception {
		start(kind);
		StreamClient client = client();
		List<String> expected = IntStream.range(0, 500).mapToObj((n) -> n + " " + "x".repeat(1000)).toList();
		expected.forEach(this::publish);
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(expected));
	}

	@ParameterizedTest
	@EnumSource
	void heartbeatsKeepAnIdleStreamAlive(Route.Kind kind) throws Exception {
		this.silence = 2;
		start(kind, "eventsource.heartbeat=500ms");
		StreamClient client = client();
		// Ten of them take more than twice as long as the proxy waits
		await().until(() -> client.comments().size() >= 10);
		assertThat(client.hasEnded()).isFalse();
		publish("still here");
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("still here"));
	}

	@ParameterizedTest
	@EnumSource
	void clientThatTheProxyHasCutOffResumes(Route.Kind kind) throws Exception {
		this.silence = 2;
		start(kind, "eventsource.heartbeat=0");
		StreamClient client = client();
		publish("a");
		await().until(() -> client.count() == 1);
		await().until(client::hasEnded);
		publish("b");
		StreamClient back = client("Last-Event-ID", client.lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).containsExactly("b"));
	}

	@ParameterizedTest
	@EnumSource
	void severalClientsOfOneAddressAreServedAtOnce(Route.Kind kind) throws Exception {
		start(kind);
		List<StreamClient> clients = List.of(client(), client(), client());
		publish("a");
		clients.forEach((client) -> await().untilAsserted(() -> assertThat(client.data()).containsExactly("a")));
	}

	@ParameterizedTest
	@EnumSource
	void moreThanTheProxyCanHoldPassesThrough(Route.Kind kind) throws Exception {
		start(kind);
		StreamClient client = client();
		String data = "x".repeat(100_000);
		for (int i = 1; i <= 1000; i++) {
			publish(data);
			int count = i;
			if (i % 10 == 0) {
				await().pollInterval(Duration.ofMillis(2)).until(() -> client.count() == count);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void applicationKnowsTheAddressOfTheClient(Route.Kind kind) throws Exception {
		start(kind, "server.forward-headers-strategy=native");
		try (Socket client = RawClient.from("127.0.0.2", this.route.uri("/events/messages"))) {
			await().until(() -> this.server.clients("messages") == 1);
			assertThat(this.server.bean(EventSourceEndpoint.class).clients("messages"))
				.extracting((snapshot) -> snapshot.client().remoteAddress())
				.containsExactly("127.0.0.2");
			assertThat(client.isConnected()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesIsNoticedAfterSomeHeartbeats(Route.Kind kind) throws Exception {
		start(kind, "eventsource.heartbeat=500ms");
		StreamClient client = client();
		await().until(() -> this.server.clients("messages") == 1);
		client.close();
		await().atMost(Duration.ofSeconds(20)).until(() -> this.server.clients("messages") == 0);
	}

	@ParameterizedTest
	@EnumSource
	void clientResumesAndLearnsOfTheEnd(Route.Kind kind) throws Exception {
		start(kind);
		StreamClient client = client();
		publish("a");
		await().until(() -> client.count() == 1);
		client.close();
		publish("b");
		StreamClient back = client("Last-Event-ID", client.lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).containsExactly("b"));
		this.server.bean(EventSourceEndpoint.class).stop("messages");
		back.awaitEnd();
		assertThat(client("Last-Event-ID", back.lastEventId()).head().statusCode()).isEqualTo(204);
	}

	private void start(Route.Kind kind, String... properties) throws Exception {
		Assumptions.assumeTrue(kind.find().isPresent(), kind::remedy);
		this.server = TestServer.start(TestServer.Container.TOMCAT, Application.class, properties);
		this.route = Route.start(kind, this.folder, this.server.port(), this.silence);
	}

	private StreamClient client(String... headers) throws Exception {
		StreamClient client = StreamClient.connect(this.route.uri("/events/messages"), headers);
		this.open.add(client);
		return client;
	}

	private void publish(String data) {
		this.server.bean(EventChannel.class).publish(Event.of(data));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel messages() {
			return EventChannel.create();
		}

	}

}
