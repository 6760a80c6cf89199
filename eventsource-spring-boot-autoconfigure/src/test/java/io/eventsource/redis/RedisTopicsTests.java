package io.eventsource.redis;

import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventChannels;
import io.eventsource.EventPublicationException;
import io.eventsource.EventTopics;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Topics of two instances of an application, with a real Redis between them.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
class RedisTopicsTests extends InstancesOnRedis {

	@Test
	void eventsReachTheClientsOfTheirTopicOnAllInstances() throws Exception {
		TestServer first = topics();
		TestServer second = topics();
		StreamClient one = connect(first, "42");
		StreamClient other = connect(second, "42");
		StreamClient stranger = connect(second, "43");
		awaitClients(first, 1);
		awaitClients(second, 2);
		for (int i = 0; i < 20; i++) {
			rooms((i % 2 == 0) ? first : second).publish("42", Event.of("event " + i));
		}
		rooms(first).publish("43", Event.of("other"));
		await().untilAsserted(() -> assertThat(one.data()).isEqualTo(events(0, 20)));
		await().untilAsserted(() -> assertThat(other.events()).isEqualTo(one.events()));
		await().untilAsserted(() -> assertThat(stranger.data()).containsExactly("other"));
		assertThat(this.redis.commands().keys("*")).contains("eventsource:{rooms}:42", "eventsource:{rooms}~last")
			.allSatisfy((key) -> assertThat(this.redis.commands().pttl(key)).isPositive());
	}

	@Test
	void clientThatMovesToAnotherInstanceGetsTheRestOnceAndInOrder() throws Exception {
		TestServer first = topics();
		TestServer second = topics();
		StreamClient client = watch(first, "42");
		rooms(second).publish("42", Event.of("event 0"));
		await().until(() -> client.count() == 1);
		client.close();
		for (int i = 1; i < 5; i++) {
			rooms(first).publish("42", Event.of("event " + i));
			rooms(first).publish("43", Event.of("other"));
		}
		StreamClient back = connect(second, "42", client.lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(1, 5)));
		rooms(first).publish("42", Event.of("event 5"));
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(1, 6)));
	}

	@Test
	void sourceRunsOnOneInstanceAndItsTopicEndsOnAll() throws Exception {
		TestServer first = topics();
		TestServer second = topics();
		StreamClient client = watch(second, "job");
		ManualPublisher source = startSource(first);
		assertThat(rooms(second).start("job", ManualPublisher::new)).isFalse();
		source.emit("event 0");
		source.emit("event 1");
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 2)));
		source.complete();
		await().until(client::hasEnded);
		assertThat(client.data()).isEqualTo(events(0, 2));
		assertThat(rooms(second).start("job", ManualPublisher::new)).isFalse();
		assertThatIllegalStateException().isThrownBy(() -> rooms(second).publish("job", Event.of("late")))
			.withMessageContaining("has ended");
		// One who has nothing yet gets all of it on an instance that has not had the
		// topic
		StreamClient late = open(StreamClient.connect(first.uri("/events/rooms/job"), "Last-Event-ID",
				client.events().get(0).lastEventId()));
		await().until(late::hasEnded);
		assertThat(late.data()).containsExactly("event 1");
		assertThat(status(topics(), "job", client.lastEventId())).isEqualTo(204);
	}

	@Test
	void topicIsEndedFromAnotherInstanceThanThatOfItsSource() throws Exception {
		TestServer first = topics();
		TestServer second = topics();
		StreamClient client = watch(first, "job");
		ManualPublisher source = startSource(first);
		source.emit("event 0");
		await().until(() -> client.count() == 1);
		rooms(second).complete("job");
		await().until(() -> source.link().cancellations() > 0);
		await().until(client::hasEnded);
		assertThat(client.data()).isEqualTo(events(0, 1));
	}

	@Test
	void sourceThatFailsIsTold() throws Exception {
		TestServer first = topics();
		StreamClient client = watch(first, "job");
		ManualPublisher source = startSource(first);
		source.emit("event 0");
		source.fail(new IllegalStateException("Thrown by the test"));
		await().until(client::hasEnded);
		assertThat(client.data()).containsExactly("event 0", "{\"cause\":\"failed\"}");
	}

	@Test
	void topicWhoseInstanceIsShutDownIsInterrupted() throws Exception {
		TestServer first = topics();
		TestServer second = topics();
		StreamClient client = watch(second, "job");
		ManualPublisher source = startSource(first);
		first.close();
		await().atMost(Duration.ofSeconds(20)).until(client::hasEnded);
		assertThat(client.data()).containsExactly("{\"cause\":\"interrupted\"}");
		assertThat(source.link().cancellations()).isEqualTo(1);
	}

	@Test
	void topicWhoseInstanceIsKilledIsInterrupted(@TempDir Path folder) throws Exception {
		TestServer second = topics();
		StreamClient client = watch(second, "job");
		SourceInProcess source = open(
				SourceInProcess.start(this.redis.port(), "job", folder.resolve("output").toFile()));
		await().until(() -> client.count() > 3);
		assertThat(rooms(second).start("job", ManualPublisher::new)).isFalse();
		source.kill();
		long killed = System.nanoTime();
		await().until(client::hasEnded);
		assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(30));
		assertThat(client.data()).endsWith("{\"cause\":\"interrupted\"}");
		assertThat(withoutGaps(client)).isEqualTo(events(0, client.count() - 1));
	}

	@Test
	@Tag("soak")
	void sourceThatIsCutOffIsCancelledAndToldToBeInterrupted() throws Exception {
		Cable cable = open(Cable.to(this.redis.port()));
		TestServer first = topics("spring.data.redis.port=" + cable.port(), "eventsource.channels.redis.timeout=1s");
		TestServer second = topics();
		StreamClient client = watch(second, "job");
		ManualPublisher source = startSource(first);
		source.emit("event 0");
		await().until(() -> client.count() == 1);
		cable.cut();
		await().until(client::hasEnded);
		assertThat(client.data()).containsExactly("event 0", "{\"cause\":\"interrupted\"}");
		cable.mend();
		await().until(() -> source.link().cancellations() > 0);
	}

	@Test
	void unknownTopicIsNotFoundAndOneOfAnotherInstanceIs() throws Exception {
		TestServer first = topics("eventsource.streams.rooms.unknown-topics=not-found");
		TestServer second = topics("eventsource.streams.rooms.unknown-topics=not-found",
				"eventsource.streams.rooms.initial-replay=10");
		assertThat(status(first, "42", "")).isEqualTo(404);
		rooms(first).publish("42", Event.of("event 0"));
		StreamClient client = connect(second, "42");
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 1)));
		this.redis.kill();
		assertThat(status(first, "7", "")).isNotEqualTo(404).isNotEqualTo(204);
		assertThatExceptionOfType(EventPublicationException.class)
			.isThrownBy(() -> rooms(first).publish("42", Event.of("lost")));
	}

	@Test
	void sourceWaitsWhileRedisIsAwayAndNothingIsLostOrRepeated() throws Exception {
		TestServer first = topics();
		TestServer second = topics();
		StreamClient client = watch(second, "job");
		ManualPublisher source = startSource(first);
		source.emit("event 0");
		await().until(() -> client.count() == 1);
		this.redis.kill();
		IntStream.range(1, 5).forEach((i) -> source.emit("event " + i));
		this.redis.start();
		source.emit("event 5");
		source.complete();
		await().until(client::hasEnded);
		assertThat(client.data()).isEqualTo(events(0, 6));
	}

	@Test
	void manyStartsHaveOneSource() throws Exception {
		List<TestServer> servers = List.of(topics(), topics());
		CountDownLatch started = new CountDownLatch(1);
		List<Integer> won = IntStream.range(0, 8).parallel().filter((i) -> {
			if (i == 0) {
				started.countDown();
			}
			return rooms(servers.get(i % 2)).start("job", ManualPublisher::new);
		}).boxed().toList();
		assertThat(won).hasSize(1);
	}

	private TestServer topics(String... properties) {
		return instance(Topics.class, properties);
	}

	private StreamClient connect(TestServer server, String topic, String... lastEventId) throws Exception {
		return open(StreamClient.connect(server.uri("/events/rooms/" + topic),
				(lastEventId.length > 0) ? new String[] { "Last-Event-ID", lastEventId[0] } : new String[0]));
	}

	/** Connects the first client of an instance, and waits until it is served. */
	private StreamClient watch(TestServer server, String topic) throws Exception {
		StreamClient client = connect(server, topic);
		awaitClients(server, 1);
		return client;
	}

	private static void awaitClients(TestServer server, int count) {
		await().until(() -> server.clients("rooms") == count);
	}

	private static ManualPublisher startSource(TestServer server) {
		ManualPublisher source = new ManualPublisher();
		assertThat(rooms(server).start("job", () -> source)).isTrue();
		source.awaitRequest();
		return source;
	}

	private static int status(TestServer server, String topic, String lastEventId) throws Exception {
		HttpURLConnection connection = (HttpURLConnection) server.uri("/events/rooms/" + topic)
			.toURL()
			.openConnection();
		connection.setReadTimeout(30_000);
		connection.setRequestProperty("Last-Event-ID", lastEventId);
		try {
			return connection.getResponseCode();
		}
		finally {
			connection.disconnect();
		}
	}

	private static EventTopics rooms(TestServer server) {
		return server.bean(EventTopics.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class Topics {

		@Bean
		EventTopics rooms(EventChannels channels) {
			return channels.topics("rooms");
		}

	}

}
