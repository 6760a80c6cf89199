package io.eventsource.redis;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.EventPublicationException;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Instances of an application whose channel is in a real Redis, and their clients.
 */
abstract class InstancesOnRedis {

	private final List<AutoCloseable> open = new ArrayList<>();

	@TempDir
	private Path folder;

	RedisServer redis;

	@BeforeEach
	void startRedis() throws IOException {
		this.redis = RedisServer.start(this.folder);
	}

	@AfterEach
	void stop() throws Exception {
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
		this.redis.close();
	}

	<T extends AutoCloseable> T open(T closeable) {
		this.open.add(closeable);
		return closeable;
	}

	TestServer instance(String... properties) {
		return instance(Application.class, properties);
	}

	TestServer instance(Class<?> application, String... properties) {
		return open(TestServer.start(TestServer.Container.TOMCAT, application, this.redis.properties(properties)));
	}

	StreamClient client(TestServer server) throws Exception {
		StreamClient client = open(StreamClient.connect(server.uri("/events/orders")));
		await().until(() -> server.clients("orders") > 0);
		return client;
	}

	StreamClient client(TestServer server, String lastEventId) throws Exception {
		return open(StreamClient.connect(server.uri("/events/orders"), "Last-Event-ID", lastEventId));
	}

	static void publish(TestServer server, String data) {
		server.bean(EventChannel.class).publish(Event.of(data));
	}

	static void publish(TestServer server, int from, int to) {
		events(from, to).forEach((data) -> publish(server, data));
	}

	/**
	 * Publishes no faster than the instance reads, so that Redis trims nothing that was
	 * not read.
	 */
	static void publishAsRead(TestServer server, int from, int to) {
		for (int i = from; i < to; i++) {
			publish(server, "event " + i);
			int published = i + 1;
			if (published % 25 == 0 || published == to) {
				await().pollDelay(Duration.ZERO)
					.pollInterval(Duration.ofMillis(5))
					.until(() -> server.snapshot("orders").published() == published);
			}
		}
	}

	static void publishWhenBack(TestServer server, String data) {
		await().ignoreException(EventPublicationException.class).until(() -> {
			publish(server, data);
			return true;
		});
	}

	void add(String id, String data) {
		this.redis.commands().xadd("eventsource:orders", new XAddArgs().id(id), Map.of("data", data));
	}

	void setLastId(String id) {
		this.redis.commands()
			.eval("return redis.call('XSETID', KEYS[1], ARGV[1])", ScriptOutputType.STATUS,
					new String[] { "eventsource:orders" }, id);
	}

	List<StreamMessage<String, String>> entries() {
		return this.redis.commands().xrange("eventsource:orders", Range.unbounded());
	}

	/** The id of an event that is in Redis. */
	String id(int event) {
		return entries().stream()
			.filter((entry) -> ("event " + event).equals(entry.getBody().get("data")))
			.findFirst()
			.orElseThrow()
			.getId();
	}

	/** The ids of the connections of applications. */
	List<String> connections() {
		return Arrays.stream(this.redis.commands().clientList().split("\n"))
			.filter((line) -> !line.contains("cmd=client"))
			.map((line) -> line.replaceFirst("^id=([0-9]+) .*$", "$1").trim())
			.toList();
	}

	static Throwable failsWithin(Duration time, Runnable action) {
		long begun = System.nanoTime();
		Throwable failure = catchThrowable(action::run);
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(time);
		return failure;
	}

	static List<String> events(int from, int to) {
		return IntStream.range(from, to).mapToObj((i) -> "event " + i).toList();
	}

	static List<String> gaps(StreamClient client) {
		return client.events().stream().filter((event) -> event.type().equals("gap")).map(Received::data).toList();
	}

	static List<String> withoutGaps(StreamClient client) {
		return client.events().stream().filter((event) -> !event.type().equals("gap")).map(Received::data).toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel orders(EventChannels channels) {
			return channels.channel("orders");
		}

	}

}
