package io.eventsource.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.eventsource.EventStreamReader.Received;
import io.eventsource.Patience;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that come late or come back, to the same instance or to another one.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
class RedisResumeTests extends InstancesOnRedis {

	@Test
	void instanceThatStartsLaterHasTheLatestEvents() throws Exception {
		TestServer first = instance();
		publish(first, 0, 10);
		TestServer second = instance("eventsource.buffer-size=5", "eventsource.initial-replay=3");
		assertThat(second.snapshot("orders").published()).isZero();
		StreamClient newcomer = client(second);
		await().untilAsserted(() -> assertThat(newcomer.data()).isEqualTo(events(7, 10)));
		StreamClient back = client(second, id(5));
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(6, 10)));
		publish(first, 10, 12);
		await().untilAsserted(() -> assertThat(newcomer.data()).isEqualTo(events(7, 12)));
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(6, 12)));
	}

	@Test
	void clientThatHasBeenAwayForLongerThanTheLogGetsTheRestFromRedis() throws Exception {
		TestServer first = instance("eventsource.buffer-size=10");
		publish(first, 0, 2000);
		TestServer second = instance("eventsource.buffer-size=10");
		StreamClient one = client(first, id(3));
		StreamClient other = client(second, id(1500));
		await().untilAsserted(() -> assertThat(one.data()).isEqualTo(events(4, 2000)));
		await().untilAsserted(() -> assertThat(other.data()).isEqualTo(events(1501, 2000)));
		publish(second, 2000, 2010);
		await().untilAsserted(() -> assertThat(one.data()).isEqualTo(events(4, 2010)));
		await().untilAsserted(() -> assertThat(other.data()).isEqualTo(events(1501, 2010)));
	}

	@Test
	void clientWhoseEventWasTrimmedAwayIsToldSo() throws Exception {
		TestServer first = instance("eventsource.buffer-size=10", "eventsource.channels.redis.max-length=50");
		publish(first, 0, 1);
		String trimmed = id(0);
		publishAsRead(first, 1, 400);
		assertThat(this.redis.commands().xlen("eventsource:orders")).isBetween(50L, 200L);
		StreamClient client = client(first, trimmed);
		await().until(() -> client.count() == 11);
		assertThat(gaps(client)).containsExactly("{\"cause\":\"evicted\"}");
		assertThat(client.data().subList(1, 11)).isEqualTo(events(390, 400));
		StreamClient stranger = client(first, "of another system");
		await().until(() -> stranger.count() == 11);
		assertThat(gaps(stranger)).containsExactly("{\"cause\":\"unknown\"}");
	}

	@Test
	void clientsOfAnInstanceThatGoesResumeOnTheOther() throws Exception {
		TestServer first = instance();
		TestServer second = instance();
		StreamClient client = client(first);
		publish(second, 0, 5);
		await().until(() -> client.count() == 5);
		first.close();
		publish(second, 5, 10);
		StreamClient back = client(second, client.lastEventId());
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(5, 10)));
	}

	@Test
	void clientsResumeAfterAllInstancesWereRestarted() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5);
		publish(first, 5, 8);
		first.close();
		TestServer next = instance();
		StreamClient back = client(next, client.events().get(4).lastEventId());
		publish(next, 8, 10);
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(5, 10)));
	}

	@Test
	void streamsGoOnAfterStopAndStart() throws Exception {
		TestServer first = instance();
		TestServer second = instance();
		StreamClient client = client(first);
		publish(first, 0, 3);
		await().until(() -> client.count() == 3);
		first.context().stop();
		publish(second, 3, 6);
		publish(first, 6, 7);
		first.context().start();
		StreamClient back = client(first, client.lastEventId());
		publish(second, 7, 9);
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(3, 9)));
	}

	@Test
	void clientsThatGoFromInstanceToInstanceGetEachEventOnceAndInOrder() throws Exception {
		int count = 5000;
		List<TestServer> servers = List.of(instance("eventsource.buffer-size=200"),
				instance("eventsource.buffer-size=200"));
		List<Wanderer> wanderers = IntStream.range(0, 6).mapToObj((i) -> new Wanderer(servers, i, count)).toList();
		wanderers.forEach(Thread::start);
		await().until(() -> servers.stream().mapToInt((server) -> server.clients("orders")).sum() == 6);
		for (int i = 0; i < count; i++) {
			publish(servers.get(i % 2), Integer.toString(i));
		}
		for (Wanderer wanderer : wanderers) {
			wanderer.join(2 * Patience.LIMIT.toMillis());
			assertThat(wanderer.isAlive()).isFalse();
			assertThat(wanderer.failure).isNull();
			assertThat(wanderer.received).isEqualTo(IntStream.range(0, count).mapToObj(Integer::toString).toList());
			assertThat(wanderer.connections).isGreaterThan(3);
		}
	}

	@Test
	void clientThatIsAheadOfACutOffInstanceComesBackAndGetsNothingTwice() throws Exception {
		Cable cable = open(Cable.to(this.redis.port()));
		TestServer first = instance();
		TestServer second = instance("spring.data.redis.port=" + cable.port(), "eventsource.channels.redis.timeout=1s");
		StreamClient client = client(first);
		StreamClient other = client(second);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5 && other.count() == 5);
		cable.cut();
		publish(first, 5, 8);
		await().until(() -> client.count() == 8);
		StreamClient ahead = client(second, client.lastEventId());
		await().until(ahead::hasEnded);
		assertThat(ahead.events()).isEmpty();
		cable.mend();
		await().until(() -> other.count() == 8);
		StreamClient back = client(second, client.lastEventId());
		publish(second, 8, 10);
		await().untilAsserted(() -> assertThat(back.data()).isEqualTo(events(8, 10)));
		assertThat(other.data()).isEqualTo(events(0, 8 + 2));
	}

	@Test
	void clientWhoseEventRedisHasLostIsNotGivenOlderOnesAgain() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5);
		String ahead = client.lastEventId().replaceFirst("-.*", "-999");
		StreamClient back = client(first, ahead);
		await().untilAsserted(() -> assertThat(back.data()).containsExactly("{\"cause\":\"evicted\"}"));
		publish(first, 5, 7);
		await().untilAsserted(() -> assertThat(withoutGaps(back)).isEqualTo(events(5, 7)));
	}

	/**
	 * A client that leaves after some events and comes back to another instance.
	 */
	private static final class Wanderer extends Thread {

		private final List<TestServer> servers;

		private final int seed;

		private final int count;

		private final List<String> received = new ArrayList<>();

		private int connections;

		private Throwable failure;

		Wanderer(List<TestServer> servers, int seed, int count) {
			this.servers = servers;
			this.seed = seed;
			this.count = count;
			setDaemon(true);
		}

		@Override
		public void run() {
			try {
				String lastEventId = "";
				while (this.received.size() < this.count) {
					lastEventId = receive(lastEventId);
				}
			}
			catch (Exception | AssertionError ex) {
				this.failure = ex;
			}
		}

		private String receive(String lastEventId) throws Exception {
			TestServer server = this.servers.get((this.seed + this.connections) % 2);
			String[] headers = lastEventId.isEmpty() ? new String[0] : new String[] { "Last-Event-ID", lastEventId };
			int wanted = Math.min(this.count - this.received.size(), 150 + 97 * this.seed);
			this.connections++;
			try (StreamClient client = StreamClient.connect(server.uri("/events/orders"), headers)) {
				await().pollInterval(Duration.ofMillis(5)).until(() -> client.count() >= wanted || client.hasEnded());
				List<Received> events = client.events();
				List<Received> taken = events.subList(0, Math.min(wanted, events.size()));
				this.received.addAll(taken.stream().map(Received::data).toList());
				return taken.isEmpty() ? lastEventId : taken.get(taken.size() - 1).lastEventId();
			}
		}

	}

}
