package io.eventsource.redis;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventChannels;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.lettuce.core.KillArgs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How an instance learns that there are events, what it verifies when it reads them, and
 * what it has Redis keep.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
@ExtendWith(OutputCaptureExtension.class)
class RedisWakeupTests extends InstancesOnRedis {

	private static final String KEY = "eventsource:orders";

	@Test
	void eventsWhoseMessagesAreLostArriveLater() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 2);
		await().until(() -> client.count() == 2);
		// XADD alone tells nobody
		add("*", "event 2");
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 3)));
	}

	@Test
	void subscriptionThatRedisClosesIsMadeAnew() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 2);
		await().until(() -> client.count() == 2);
		this.redis.commands().clientKill(KillArgs.Builder.typePubsub());
		publish(first, 2, 4);
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 4)));
		await().until(() -> subscribers() == 1);
		publish(first, 4, 5);
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 5)));
	}

	@Test
	void streamThatCannotBeReadCostsItsOwnChannelOnly(CapturedOutput output) throws Exception {
		TestServer first = instance(RedisConnectionsTests.ManyChannels.class);
		EventChannels channels = first.bean(EventChannels.class);
		List<StreamClient> clients = IntStream.range(0, 3)
			.mapToObj((i) -> open(connect(first, "channel" + i)))
			.toList();
		publishToAll(channels, "a");
		for (StreamClient client : clients) {
			await().untilAsserted(() -> assertThat(client.data()).containsExactly("a"));
		}
		this.redis.commands().del("eventsource:channel1");
		this.redis.commands().set("eventsource:channel1", "no stream");
		this.redis.commands().publish("eventsource:channel1", "");
		await().until(() -> first.snapshot("channel1").state() == State.RESTARTING);
		channels.channel("channel0").publish(Event.of("b"));
		channels.channel("channel2").publish(Event.of("b"));
		await().untilAsserted(() -> assertThat(clients.get(0).data()).containsExactly("a", "b"));
		await().untilAsserted(() -> assertThat(clients.get(2).data()).containsExactly("a", "b"));
		assertThat(first.snapshot("channel0").state()).isEqualTo(State.LIVE);
		assertThat(output.toString().lines().filter((line) -> line.contains("No events of channel 'channel1'")))
			.hasSize(1)
			.allSatisfy((line) -> assertThat(line).contains("WRONGTYPE"));
		this.redis.commands().del("eventsource:channel1");
		this.redis.commands().publish("eventsource:channel1", "");
		await().until(() -> first.snapshot("channel1").state() == State.LIVE);
		channels.channel("channel1").publish(Event.of("c"));
		await().untilAsserted(
				() -> assertThat(clients.get(1).data()).containsExactly("a", "{\"cause\":\"restarted\"}", "c"));
	}

	@Test
	void idleChannelsAreReadTogetherAndSeldom() throws Exception {
		TestServer first = instance(RedisConnectionsTests.ManyChannels.class);
		for (int i = 0; i < 3; i++) {
			open(connect(first, "channel" + i));
		}
		publishToAll(first.bean(EventChannels.class), "a");
		await().until(() -> first.snapshot("channel2").published() == 1);
		this.redis.commands().configResetstat();
		await().until(() -> calls("xread") > 0);
		await().during(Duration.ofSeconds(6)).atMost(Duration.ofSeconds(30)).until(() -> calls("xread") < 4);
		assertThat(calls("xread")).isEqualTo(2);
		assertThat(calls("xinfo")).isZero();
		assertThat(calls("xrange")).isZero();
	}

	@Test
	void noKeyIsKeptForever() throws Exception {
		TestServer first = instance("eventsource.channels.redis.retention=1h");
		publish(first, 0, 2);
		assertThat(this.redis.commands().keys("*")).containsExactly(KEY)
			.allSatisfy((key) -> assertThat(this.redis.commands().pttl(key)).isBetween(3_000_000L, 3_600_000L));
	}

	@Test
	void streamThatIsDeletedWhilePublishingGoesOnIsNoticed() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5);
		this.redis.commands().multi();
		this.redis.commands().xadd(KEY, Map.of("data", "lost"));
		this.redis.commands().del(KEY);
		this.redis.commands().xadd(KEY, Map.of("data", "event 5"));
		this.redis.commands().exec();
		publish(first, 6, 8);
		await().until(() -> client.data().contains("event 7"));
		assertThat(gaps(client)).containsExactly("{\"cause\":\"restarted\"}");
		assertThat(withoutGaps(client)).isEqualTo(events(0, 8));
	}

	@Test
	void eventsThatAreTrimmedByHandBeforeTheyAreReadAreTold() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5);
		this.redis.commands().multi();
		this.redis.commands().xadd(KEY, Map.of("data", "lost"));
		this.redis.commands().xadd(KEY, Map.of("data", "event 5"));
		this.redis.commands().xtrim(KEY, 1);
		this.redis.commands().exec();
		publish(first, 6, 7);
		await().until(() -> client.data().contains("event 6"));
		assertThat(gaps(client)).containsExactly("{\"cause\":\"evicted\"}");
		assertThat(withoutGaps(client)).isEqualTo(events(0, 7));
	}

	@Test
	void nothingIsToldIfNothingIsMissing() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 5);
		await().until(() -> client.count() == 5);
		// Both have been delivered
		this.redis.commands().xdel(KEY, id(4));
		publish(first, 5, 6);
		await().until(() -> client.count() == 6);
		this.redis.commands().xtrim(KEY, 0);
		this.redis.commands().publish(KEY, "");
		long xinfo = calls("xinfo");
		await().until(() -> calls("xinfo") > xinfo);
		publish(first, 6, 8);
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 8)));
	}

	private static void publishToAll(EventChannels channels, String data) {
		for (int i = 0; i < 3; i++) {
			channels.channel("channel" + i).publish(Event.of(data));
		}
	}

	private static StreamClient connect(TestServer server, String channel) {
		try {
			return StreamClient.connect(server.uri("/events/" + channel));
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private long subscribers() {
		return this.redis.commands().pubsubNumsub(KEY).get(KEY);
	}

	private long calls(String command) {
		return Arrays.stream(this.redis.commands().info("commandstats").split("\r?\n"))
			.filter((line) -> line.matches("cmdstat_" + command + "(\\|[a-z]+)?:.*"))
			.mapToLong((line) -> Long.parseLong(line.replaceFirst("^[^:]*:calls=([0-9]+),.*$", "$1")))
			.sum();
	}

}
