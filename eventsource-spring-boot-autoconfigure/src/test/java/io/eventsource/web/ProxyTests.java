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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Streams through a real nginx, configured as docs/operating.md has it, from each
 * container.
 */
@Tag("direct")
@EnabledIf(value = "io.eventsource.web.Nginx#isInstalled", disabledReason = Nginx.REMEDY)
class ProxyTests {

	private final List<StreamClient> open = new ArrayList<>();

	@TempDir
	private Path folder;

	private TestServer server;

	private Nginx nginx;

	@AfterEach
	void stop() {
		this.open.forEach(StreamClient::close);
		if (this.nginx != null) {
			this.nginx.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@EachContainer
	void eventsArriveOneByOne(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = client();
		await().until(() -> Duration.ofSeconds(3).equals(client.reconnectionTime()));
		for (int i = 1; i <= 10; i++) {
			publish("event " + i);
			int count = i;
			await().until(() -> client.count() == count);
		}
		assertThat(client.head().headers().firstValue("Content-Type"))
			.hasValueSatisfying((type) -> assertThat(type).startsWith("text/event-stream"));
	}

	@ParameterizedTest
	@EachContainer
	void burstArrivesWhole(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = client();
		List<String> expected = IntStream.range(0, 500).mapToObj((n) -> n + " " + "x".repeat(1000)).toList();
		expected.forEach(this::publish);
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(expected));
	}

	@ParameterizedTest
	@EachContainer
	void heartbeatsKeepAnIdleStreamAlive(TestServer.Container container) throws Exception {
		start(container, "eventsource.heartbeat=500ms");
		StreamClient client = client();
		// Eight of them take twice as long as nginx waits
		await().until(() -> client.comments().size() >= 8);
		assertThat(client.hasEnded()).isFalse();
		publish("still here");
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("still here"));
	}

	@ParameterizedTest
	@EachContainer
	void clientThatTheProxyHasCutOffResumes(TestServer.Container container) throws Exception {
		start(container, "eventsource.heartbeat=0");
		StreamClient client = client();
		publish("a");
		await().until(() -> client.count() == 1);
		await().until(client::hasEnded);
		publish("b");
		StreamClient back = client("Last-Event-ID", client.lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).containsExactly("b"));
		publish("c");
		await().untilAsserted(() -> assertThat(back.data()).containsExactly("b", "c"));
	}

	@ParameterizedTest
	@EachContainer
	void clientThatLeavesIsGoneBehindTheProxyToo(TestServer.Container container) throws Exception {
		start(container, "eventsource.heartbeat=200ms");
		StreamClient client = client();
		await().until(() -> this.server.clients("messages") == 1);
		client.close();
		await().until(() -> this.server.clients("messages") == 0);
	}

	@ParameterizedTest
	@EachContainer
	void applicationKnowsTheAddressOfTheClient(TestServer.Container container) throws Exception {
		start(container, "server.forward-headers-strategy=native");
		try (Socket client = RawClient.from("127.0.0.2", this.nginx.uri("/events/messages"))) {
			await().until(() -> this.server.clients("messages") == 1);
			assertThat(this.server.bean(EventSourceEndpoint.class).clients("messages"))
				.extracting((snapshot) -> snapshot.client().remoteAddress())
				.containsExactly("127.0.0.2");
			assertThat(client.isConnected()).isTrue();
		}
	}

	@ParameterizedTest
	@EachContainer
	void endOfTheStreamReachesTheClient(TestServer.Container container) throws Exception {
		start(container);
		StreamClient client = client();
		publish("last");
		this.server.bean(EventSourceEndpoint.class).stop("messages");
		assertThat(client.awaitEnd().data()).containsExactly("last");
		assertThat(client("Last-Event-ID", client.lastEventId()).head().statusCode()).isEqualTo(204);
	}

	private void start(TestServer.Container container, String... properties) throws Exception {
		this.server = TestServer.start(container, Application.class, properties);
		this.nginx = Nginx.start(this.folder, this.server.port());
	}

	private StreamClient client(String... headers) throws Exception {
		StreamClient client = StreamClient.connect(this.nginx.uri("/events/messages"), headers);
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
