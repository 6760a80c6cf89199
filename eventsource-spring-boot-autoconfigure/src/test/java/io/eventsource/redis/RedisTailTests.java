package io.eventsource.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.RecordingReceiver;
import io.lettuce.core.StreamMessage;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is handed over of entries that were read. Needs no Redis.
 */
class RedisTailTests {

	private final RecordingReceiver receiver = new RecordingReceiver();

	private final RedisTail tail = new RedisTail(stream(),
			() -> new RedisHistory.Latest(List.of(Event.builder().id("4-0").data("4").build()), new EntryId(4, 0),
					null),
			this.receiver);

	/** A thread that was to stop and did not in time may still have entries. */
	@Test
	void entriesThatAnotherThreadHasHandedOverAreLeftOut() {
		this.tail.begin();
		this.tail.accept(entries("4-0", "5-0", "6-0"), false);
		this.tail.accept(entries("5-0", "6-0", "7-0"), false);
		assertThat(this.receiver.latest()).extracting(Event::id).containsExactly("4-0");
		assertThat(this.receiver.delivered()).extracting(Event::id).containsExactly("5-0", "6-0", "7-0");
		assertThat(this.receiver.violations()).isEmpty();
	}

	@Test
	void tailThatHasNotBegunOrHasStoppedTakesNothing() {
		assertThat(this.tail.room()).isZero();
		this.tail.accept(entries("5-0"), false);
		this.tail.begin();
		assertThat(this.tail.room()).isPositive();
		this.tail.stop();
		assertThat(this.tail.room()).isZero();
		this.tail.accept(entries("5-0"), false);
		assertThat(this.receiver.delivered()).isEmpty();
	}

	private static RedisStream stream() {
		Duration timeout = Duration.ofSeconds(1);
		RedisConnections connections = new RedisConnections(new LettuceConnectionFactory(), timeout);
		return new RedisStream("news",
				new RedisChannelSettings("test:", 100, Duration.ofDays(1), Duration.ofHours(1), timeout),
				new RedisCommands(connections, timeout));
	}

	private static List<StreamMessage<byte[], byte[]>> entries(String... ids) {
		return Stream.of(ids)
			.map((id) -> new StreamMessage<>(bytes("test:news"), id, Map.of(bytes("data"), bytes("x"))))
			.toList();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
