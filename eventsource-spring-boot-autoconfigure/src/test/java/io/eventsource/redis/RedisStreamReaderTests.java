package io.eventsource.redis;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.RecordingReceiver;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the thread that reads the channels survives. Needs no Redis: it gets no further
 * than to its connection.
 */
class RedisStreamReaderTests {

	@ParameterizedTest
	@ValueSource(classes = { AssertionError.class, NoClassDefFoundError.class, OutOfMemoryError.class,
			IllegalStateException.class, Exception.class })
	void whateverIsThrownTheThreadTriesAgainAndSaysSoMeanwhile(Class<? extends Throwable> kind) {
		AtomicInteger attempts = new AtomicInteger();
		LettuceConnectionFactory source = new LettuceConnectionFactory() {

			@Override
			public RedisSentinelConfiguration getSentinelConfiguration() {
				attempts.incrementAndGet();
				throw RedisStreamReaderTests.<RuntimeException>sneaky(failure(kind));
			}

		};
		try (RedisConnections connections = new RedisConnections(source, Duration.ofSeconds(1))) {
			RedisStreamReader reader = new RedisStreamReader(connections, Duration.ofSeconds(1));
			RedisChannelSettings settings = new RedisChannelSettings("test:", 100, Duration.ofDays(1),
					Duration.ofHours(1), Duration.ofSeconds(1));
			reader.start();
			RedisStream stream = new RedisStream("news", settings,
					new RedisCommands(connections, Duration.ofSeconds(1)));
			reader.add(new RedisTail(stream, () -> new RedisHistory(stream).latest(1, 1), new RecordingReceiver()));
			Awaitility.await().until(() -> attempts.get() >= 3);
			assertThat(reader.isConnected()).isFalse();
			reader.stop();
		}
	}

	private static Throwable failure(Class<? extends Throwable> kind) {
		try {
			return kind.getConstructor().newInstance();
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> T sneaky(Throwable failure) throws T {
		throw (T) failure;
	}

}
