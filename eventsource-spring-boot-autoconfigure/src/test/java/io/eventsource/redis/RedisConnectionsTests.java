package io.eventsource.redis;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.EventStreamReader;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.lettuce.core.KillArgs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The connections that an instance has with Redis.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
class RedisConnectionsTests extends InstancesOnRedis {

	@Test
	void connectionsThatRedisClosesAreMadeAnewWithoutAnEventLost() throws Exception {
		TestServer first = instance();
		StreamClient client = client(first);
		publish(first, 0, 2);
		await().until(() -> client.count() == 2);
		// Of this application and none else
		connections().forEach((id) -> this.redis.commands().clientKill(KillArgs.Builder.id(Long.parseLong(id))));
		await().until(() -> connections().size() >= 1);
		publishWhenBack(first, "event 2");
		publish(first, 3, 5);
		await().untilAsserted(() -> assertThat(client.data()).isEqualTo(events(0, 5)));
	}

	@Test
	void channelThatHasNoRoomWaitsInRedisAndHoldsUpNoOther() throws Exception {
		TestServer first = instance(ManyChannels.class, "eventsource.streams.channel0.overflow=backpressure",
				"eventsource.streams.channel0.buffer-size=20");
		EventChannels channels = first.bean(EventChannels.class);
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), first.port())) {
			socket.getOutputStream()
				.write("GET /events/channel0 HTTP/1.0\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			await().until(() -> first.clients("channel0") == 1);
			String text = "x".repeat(20_000);
			for (int i = 0; i < 1800; i++) {
				channels.channel("channel0").publish(Event.of(i + text));
			}
			await().during(Duration.ofMillis(500)).until(() -> first.snapshot("channel0").published() < 1000);
			StreamClient other = open(StreamClient.connect(first.uri("/events/channel1")));
			channels.channel("channel1").publish(Event.of("a"));
			await().untilAsserted(() -> assertThat(other.data()).containsExactly("a"));
			EventStreamReader reader = new EventStreamReader();
			byte[] buffer = new byte[65_536];
			while (reader.count() < 1800) {
				reader.feed(buffer, 0, socket.getInputStream().read(buffer));
			}
			assertThat(reader.events()).extracting(Received::data)
				.isEqualTo(IntStream.range(0, 1800).mapToObj((i) -> i + text).toList());
		}
	}

	@Test
	void connectionsAreMadeAsTheApplicationHasConfigured() throws Exception {
		this.redis.commands().configSet("requirepass", "secret");
		TestServer first = instance("spring.data.redis.password=secret", "spring.data.redis.database=3",
				"spring.data.redis.client-name=shop", "spring.data.redis.lettuce.read-from=replicaPreferred",
				"eventsource.channels.redis.key-prefix=shop/");
		publish(first, "event 0");
		// What Redis has confirmed is live until the instance has read it
		await().until(() -> first.snapshot("orders").published() == 1);
		StreamClient client = client(first);
		publish(first, "event 1");
		await().untilAsserted(() -> assertThat(client.data()).containsExactly("event 1"));
		assertThat(this.redis.commands().clientList().lines().filter((line) -> line.contains(" name=shop "))).hasSize(3)
			.allSatisfy((line) -> assertThat(line).contains(" db=3 "));
		this.redis.commands().select(3);
		assertThat(this.redis.commands().keys("*")).containsExactly("shop/orders");
	}

	@Test
	void threeConnectionsServeAnyNumberOfChannelsAndClients() throws Exception {
		TestServer first = instance(ManyChannels.class);
		EventChannels channels = first.bean(EventChannels.class);
		for (int i = 0; i < 5; i++) {
			String name = "channel" + i;
			StreamClient client = open(StreamClient.connect(first.uri("/events/" + name)));
			channels.channel(name).publish(Event.of(name));
			await().untilAsserted(() -> assertThat(client.data()).containsExactly(name));
		}
		assertThat(connections()).hasSize(3);
	}

	@Configuration(proxyBeanMethods = false)
	static class ManyChannels {

		@Bean
		EventChannel channel0(EventChannels channels) {
			return channels.channel("channel0");
		}

		@Bean
		EventChannel channel1(EventChannels channels) {
			return channels.channel("channel1");
		}

		@Bean
		EventChannel channel2(EventChannels channels) {
			return channels.channel("channel2");
		}

		@Bean
		EventChannel channel3(EventChannels channels) {
			return channels.channel("channel3");
		}

		@Bean
		EventChannel channel4(EventChannels channels) {
			return channels.channel("channel4");
		}

	}

}
