package io.eventsource.web;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.MessageEvent;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.redis.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two instances that share a Redis, behind a real nginx that hands out connections in
 * turn.
 */
@EnabledIf(value = "areInstalled", disabledReason = Nginx.REMEDY + "; " + RedisServer.REMEDY)
class LoadBalancerTests {

	private final List<AutoCloseable> open = new ArrayList<>();

	@TempDir
	private Path folder;

	private RedisServer redis;

	private TestServer first;

	private TestServer second;

	private Nginx nginx;

	static boolean areInstalled() {
		return Nginx.isInstalled() && RedisServer.isInstalled();
	}

	private void start(String heartbeat) throws Exception {
		this.redis = open(RedisServer.start(Files.createDirectory(this.folder.resolve("redis"))));
		this.first = instance(heartbeat);
		this.second = instance(heartbeat);
		this.nginx = open(Nginx.start(Files.createDirectory(this.folder.resolve("nginx")), this.first.port(),
				this.second.port()));
	}

	@AfterEach
	void stop() throws Exception {
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
	}

	@Test
	void clientThatTheProxyCutsOffResumesOnTheOtherInstance() throws Exception {
		start("0");
		StreamClient client = client();
		publish(this.first, 0, 3);
		await().until(() -> client.count() == 3);
		boolean onFirst = this.first.clients("orders") == 1;
		// nginx gives up on a server that is silent for two seconds
		await().until(client::hasEnded);
		await().until(() -> clients() == 0);
		publish(this.second, 3, 5);
		StreamClient back = client("Last-Event-ID", client.lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(3, 5)));
		assertThat((onFirst ? this.second : this.first).clients("orders")).isOne();
		publish(this.first, 5, 6);
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(3, 6)));
	}

	@Test
	void clientsThatReconnectByThemselvesLoseNothingWhenAnInstanceGoes() throws Exception {
		start("500ms");
		List<Listener> listeners = IntStream.range(0, 6)
			.mapToObj((i) -> open(new Listener(this.nginx.uri("/events"))))
			.toList();
		listeners.forEach(Listener::start);
		await().until(() -> this.first.clients("orders") + this.second.clients("orders") == 6);
		publish(this.second, 0, 100);
		await().untilAsserted(() -> assertThat(listeners).allSatisfy((each) -> assertThat(each.data).hasSize(100)));
		Thread shutdown = new Thread(this.first::close);
		shutdown.start();
		for (int i = 100; i < 1000; i++) {
			publish(this.second, i, i + 1);
		}
		shutdown.join();
		await().untilAsserted(() -> assertThat(listeners)
			.allSatisfy((listener) -> assertThat(listener.data).isEqualTo(events(0, 1000))));
		assertThat(this.second.clients("orders")).isGreaterThanOrEqualTo(6);
	}

	private <T extends AutoCloseable> T open(T closeable) {
		this.open.add(closeable);
		return closeable;
	}

	private TestServer instance(String heartbeat) {
		return open(TestServer.start(TestServer.Container.TOMCAT, Application.class,
				this.redis.properties("eventsource.heartbeat=" + heartbeat, "eventsource.retry=100ms")));
	}

	private int clients() {
		// Noticed by a write, since there are no heartbeats
		return this.first.bean(EventSourceEndpoint.class).disconnect((client) -> true)
				+ this.second.bean(EventSourceEndpoint.class).disconnect((client) -> true);
	}

	private StreamClient client(String... headers) throws Exception {
		return open(StreamClient.connect(this.nginx.uri("/events/orders"), headers));
	}

	private static void publish(TestServer server, int from, int to) {
		events(from, to).forEach((data) -> server.bean(EventChannel.class).publish(Event.of(data)));
	}

	private static List<String> events(int from, int to) {
		return IntStream.range(from, to).mapToObj((i) -> "event " + i).toList();
	}

	/**
	 * LaunchDarkly's client, which comes back by itself.
	 */
	private static final class Listener extends Thread implements AutoCloseable {

		private final List<String> data = new CopyOnWriteArrayList<>();

		private final EventSource source;

		Listener(URI uri) {
			this.source = new EventSource.Builder(ConnectStrategy.http(uri))
				.errorStrategy(ErrorStrategy.alwaysContinue())
				.retryDelay(100, TimeUnit.MILLISECONDS)
				.build();
			setDaemon(true);
		}

		@Override
		public void run() {
			for (MessageEvent event : this.source.messages()) {
				this.data.add(event.getData());
			}
		}

		@Override
		public void close() {
			this.source.close();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel orders(EventChannels channels) {
			return channels.channel("orders");
		}

	}

}
