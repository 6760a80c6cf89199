package io.eventsource.clients;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.redis.RedisServer;
import io.eventsource.web.Nginx;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients of every kind, all at once, behind nginx in front of two instances that share a
 * Redis.
 */
@EnabledIf(value = "areInstalled", disabledReason = Nginx.REMEDY + "; " + RedisServer.REMEDY)
class LoadBalancedClientTests {

	private final List<AutoCloseable> open = new ArrayList<>();

	static boolean areInstalled() {
		return Nginx.isInstalled() && RedisServer.isInstalled();
	}

	@AfterEach
	void stop() throws Exception {
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
	}

	@Test
	void resumeOnTheOtherInstanceWhenTheirsGoes(@TempDir(cleanup = CleanupMode.NEVER) Path folder) throws Exception {
		for (ClientKind kind : ClientKind.values()) {
			kind.assumeInstalled();
		}
		Programs programs = open(new Programs(folder));
		RedisServer redis = open(RedisServer.start(Files.createDirectory(folder.resolve("redis"))));
		TestServer first = instance(redis);
		TestServer second = instance(redis);
		Nginx nginx = open(Nginx.start(Files.createDirectory(folder.resolve("nginx")), first.port(), second.port()));
		publishFirst(first, second);
		Map<ClientKind, Client> clients = new EnumMap<>(ClientKind.class);
		for (ClientKind kind : ClientKind.values()) {
			clients.put(kind, open(kind.follow(nginx.uri("/events/orders"), List.of("message", "gap"), programs)));
		}
		soon().until(() -> clients.values().stream().allMatch((client) -> client.seen().opens() >= 1));
		assertThat(first.clients("orders")).isPositive();
		assertThat(second.clients("orders")).isPositive();
		publish(second, 0, 3);
		awaitData(clients, 3);
		first.close();
		publish(second, 3, 6);
		awaitData(clients, 6);
		assertThat(second.clients("orders")).isGreaterThanOrEqualTo(clients.size());
	}

	private <T extends AutoCloseable> T open(T closeable) {
		this.open.add(closeable);
		return closeable;
	}

	private TestServer instance(RedisServer redis) {
		return open(TestServer.start(TestServer.Container.TOMCAT, Application.class,
				redis.properties("eventsource.heartbeat=500ms", "eventsource.retry=50ms",
						"spring.web.resources.static-locations=" + Programs.CLIENTS.toUri())));
	}

	/** Behind which clients find their places again on either instance. */
	private static void publishFirst(TestServer first, TestServer second) throws Exception {
		try (StreamClient one = StreamClient.connect(first.uri("/events/orders"));
				StreamClient other = StreamClient.connect(second.uri("/events/orders"))) {
			first.bean(EventChannel.class).publish(Event.of("first"));
			soon().until(() -> one.count() == 1 && other.count() == 1);
		}
		soon().until(() -> first.clients("orders") + second.clients("orders") == 0);
	}

	private static void publish(TestServer server, int from, int to) {
		events(from, to).forEach((data) -> server.bean(EventChannel.class).publish(Event.of(data)));
	}

	private static void awaitData(Map<ClientKind, Client> clients, int to) {
		soon().untilAsserted(() -> assertThat(clients).allSatisfy(
				(kind, client) -> assertThat(client.seen().data()).as(kind.toString()).isEqualTo(events(0, to))));
	}

	private static List<String> events(int from, int to) {
		return IntStream.range(from, to).mapToObj((i) -> "event " + i).toList();
	}

	private static ConditionFactory soon() {
		return await().pollInterval(Duration.ofMillis(20));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel orders(EventChannels channels) {
			return channels.channel("orders");
		}

	}

}
