package io.eventsource.redis;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.eventsource.AbstractEventStoreTests;
import io.eventsource.EventStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Whether a store in a real Redis keeps the contract of an {@link EventStore}.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
class RedisEventStoreTests extends AbstractEventStoreTests {

	private static final RedisChannelSettings SETTINGS = new RedisChannelSettings("test:", KEPT, Duration.ofDays(1),
			Duration.ofHours(1), Duration.ofSeconds(5));

	private final List<Runnable> closing = new ArrayList<>();

	@TempDir
	private Path folder;

	private RedisServer redis;

	@BeforeEach
	void startRedis() throws IOException {
		this.redis = RedisServer.start(this.folder);
	}

	@AfterEach
	void stop() {
		this.closing.forEach(Runnable::run);
		this.redis.close();
	}

	@Override
	protected EventStore instance() {
		RedisConnections connections = new RedisConnections(
				new LettuceConnectionFactory("127.0.0.1", this.redis.port()), SETTINGS.timeout());
		RedisCommands commands = new RedisCommands(connections, SETTINGS.timeout());
		RedisStreamReader reader = new RedisStreamReader(connections, SETTINGS.timeout());
		reader.start();
		this.closing.add(() -> {
			reader.close();
			commands.close();
			connections.close();
		});
		return new RedisEventStore(new RedisStream("orders", SETTINGS, commands), reader);
	}

	@Override
	protected void goAway() {
		this.redis.kill();
	}

	@Override
	protected void comeBack() throws IOException {
		this.redis.start();
	}

	@Override
	protected void lose() throws IOException {
		this.redis.lose();
	}

}
