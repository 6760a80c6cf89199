package io.eventsource.redis;

import java.time.Duration;
import java.util.List;

import io.eventsource.EventPublicationException;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What publishers and clients notice when Redis fails, hangs, or loses what it has kept.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
@ExtendWith(OutputCaptureExtension.class)
class RedisFailureTests extends InstancesOnRedis {

	@Test
	void streamWithoutItsLatestEntriesGoesOnWithoutDuplicates() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5);
		// As after a failover to a replica that had not got them yet
		String third = id(2);
		this.redis.commands().xdel("eventsource:orders", id(3), id(4));
		setLastId(third);
		await().during(Duration.ofSeconds(3)).until(() -> client.count() == 5);
		add(third.replaceFirst("-.*", "-1000"), "event 5");
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 6)));
	}

	@Test
	void clientsStayWhileRedisIsAwayAndGetEveryEventOnceAfterwards(CapturedOutput output) throws Exception {
		TestServer first = instance("eventsource.channels.redis.timeout=3s");
		TestServer second = instance();
		StreamClient one = client(first);
		StreamClient other = client(second);
		publish(first, 0, 5);
		await().until(() -> one.count() == 5 && other.count() == 5);
		assertThat(first.snapshot("orders").state()).isEqualTo(State.LIVE);
		this.redis.kill();
		await().until(() -> first.snapshot("orders").state() == State.RESTARTING
				&& second.snapshot("orders").state() == State.RESTARTING);
		assertThat(failsWithin(Duration.ofSeconds(30), () -> publish(first, "lost")))
			.isInstanceOf(EventPublicationException.class)
			.hasMessageContaining("Redis has not confirmed an event of channel 'orders'");
		this.redis.start();
		await().until(() -> first.snapshot("orders").state() == State.LIVE
				&& second.snapshot("orders").state() == State.LIVE);
		publish(second, 5, 10);
		publish(first, 10, 15);
		await().untilAsserted(() -> assertThat(one.data()).isEqualTo(events(0, 15)));
		await().untilAsserted(() -> assertThat(other.events()).isEqualTo(one.events()));
		assertThat(one.hasEnded() || other.hasEnded()).isFalse();
		assertThat(output.toString().lines().filter((line) -> line.contains("No events come in from Redis"))).hasSize(2)
			.allSatisfy((line) -> assertThat(line).contains("WARN"));
		assertThat(output.toString().lines().filter((line) -> line.contains("Redis is back"))).hasSize(2);
	}

	@Test
	void publisherThatWaitsForAHungRedisFailsInTime() throws Exception {
		TestServer first = instance("eventsource.channels.redis.timeout=2s");
		publish(first, "before");
		this.redis.commands().clientPause(120_000);
		assertThat(failsWithin(Duration.ofSeconds(30), () -> publish(first, "uncertain")))
			.isInstanceOf(EventPublicationException.class);
		assertThat(failsWithin(Duration.ofSeconds(30), () -> publish(first, "uncertain")))
			.isInstanceOf(EventPublicationException.class);
	}

	@Test
	void clientsAreToldIfRedisComesBackEmpty() throws Exception {
		TestServer first = instance();
		TestServer second = instance();
		StreamClient one = client(first);
		StreamClient other = client(second);
		publish(first, 0, 5);
		await().until(() -> one.count() == 5 && other.count() == 5);
		this.redis.lose();
		await().until(() -> first.snapshot("orders").state() == State.RESTARTING);
		this.redis.start();
		publishWhenBack(first, "event 5");
		publish(second, 6, 8);
		for (StreamClient client : List.of(one, other)) {
			await().until(() -> client.data().contains("event 7"));
			assertThat(gaps(client)).hasSize(1);
			assertThat(withoutGaps(client)).isEqualTo(events(0, 8));
		}
		StreamClient back = client(instance(), one.events().get(2).lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).startsWith("{\"cause\":\"evicted\"}", "event 5"));
	}

	@Test
	void idsThatAreLowerThanBeforeDoNotStopTheStream() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5);
		this.redis.lose();
		await().until(() -> first.snapshot("orders").state() == State.RESTARTING);
		this.redis.start();
		add("1-1", "event 5");
		add("1-2", "event 6");
		await().until(() -> client.data().contains("event 6"));
		assertThat(gaps(client)).containsExactly("{\"cause\":\"restarted\"}");
		assertThat(withoutGaps(client)).isEqualTo(events(0, 7));
		StreamClient back = client(first, "1-1");
		await().untilAsserted(() -> assertThat(back.data()).containsExactly("event 6"));
	}

	@Test
	void clientsAreToldIfAStreamIsDeleted() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 2);
		await().until(() -> client.count() == 2);
		this.redis.commands().del("eventsource:orders");
		await().untilAsserted(() -> assertThat(gaps(client)).containsExactly("{\"cause\":\"restarted\"}"));
		add("1-1", "event 2");
		await().untilAsserted(() -> assertThat(withoutGaps(client)).isEqualTo(events(0, 3)));
	}

	@Test
	void instanceThatWasCutOffForLongerThanTheStreamTellsItsClients() throws Exception {
		Cable cable = open(Cable.to(this.redis.port()));
		TestServer first = instance("eventsource.channels.redis.max-length=50");
		TestServer second = instance("spring.data.redis.port=" + cable.port());
		StreamClient one = client(first);
		StreamClient other = client(second);
		publish(first, 0, 5);
		await().until(() -> other.count() == 5);
		cable.cut();
		await().until(() -> second.snapshot("orders").state() == State.RESTARTING);
		publishAsRead(first, 5, 600);
		cable.mend();
		await().until(() -> other.data().contains("event 599"));
		assertThat(gaps(other)).containsExactly("{\"cause\":\"evicted\"}");
		assertThat(other.data().get(5)).startsWith("{");
		int kept = this.redis.commands().xlen("eventsource:orders").intValue();
		assertThat(other.data().subList(6, other.count())).isEqualTo(events(600 - kept, 600));
		await().untilAsserted(() -> assertThat(one.data()).isEqualTo(events(0, 600)));
		StreamClient back = client(second, other.events().get(3).lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).startsWith("event 4", "{\"cause\":\"evicted\"}"));
	}

	@Test
	void instanceThatWasCutOffForLongerThanItsLogCatchesUp() throws Exception {
		Cable cable = open(Cable.to(this.redis.port()));
		TestServer first = instance();
		TestServer second = instance("spring.data.redis.port=" + cable.port(), "eventsource.buffer-size=20",
				"eventsource.channels.redis.timeout=3s");
		StreamClient other = client(second);
		publish(first, 0, 5);
		await().until(() -> other.count() == 5);
		cable.cut();
		await().until(() -> second.snapshot("orders").state() == State.RESTARTING);
		publish(first, 5, 600);
		assertThat(failsWithin(Duration.ofSeconds(30), () -> publish(second, "lost")))
			.isInstanceOf(EventPublicationException.class);
		cable.mend();
		await().untilAsserted(() -> assertThat(other.data()).isEqualTo(events(0, 600)));
	}

	@Test
	void applicationStartsWhileRedisIsAwayAndServesOnceItIsThere() throws Exception {
		TestServer first = instance();
		publish(first, 0, 5);
		String third = id(2);
		this.redis.kill();
		TestServer second = instance("eventsource.initial-replay=2");
		assertThat(second.snapshot("orders").state()).isEqualTo(State.RESTARTING);
		StreamClient early = client(second);
		this.redis.start();
		await().until(() -> second.snapshot("orders").state() == State.LIVE);
		publishWhenBack(first, "event 5");
		// It cannot be known whether others have published since the client came
		await().untilAsserted(() -> assertThat(early.data()).containsExactly("{\"cause\":\"unknown\"}", "event 5"));
		StreamClient back = client(second, third);
		await().untilAsserted(() -> assertThat(withoutGaps(back)).isEqualTo(events(3, 6)));
	}

}
