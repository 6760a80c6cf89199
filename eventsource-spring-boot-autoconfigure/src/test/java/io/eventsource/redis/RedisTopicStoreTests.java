package io.eventsource.redis;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.eventsource.AbstractTopicStoreTests;
import io.eventsource.TopicStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Whether topics in a real Redis keep the contract of a {@link TopicStore}.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
class RedisTopicStoreTests extends AbstractTopicStoreTests {

	private static final RedisChannelSettings SETTINGS = new RedisChannelSettings("test:", KEPT, Duration.ofDays(1),
			Duration.ofHours(1), Duration.ofSeconds(20));

	private final Map<TopicStore, Runnable> closing = new LinkedHashMap<>();

	@TempDir
	private Path folder;

	private RedisServer redis;

	@BeforeEach
	void startRedis() throws IOException {
		this.redis = RedisServer.start(this.folder);
	}

	@AfterEach
	void stop() {
		this.closing.values().forEach(Runnable::run);
		this.redis.close();
	}

	@Override
	protected TopicStore instance() {
		RedisConnections connections = new RedisConnections(
				new LettuceConnectionFactory("127.0.0.1", this.redis.port()), SETTINGS.timeout());
		RedisCommands commands = new RedisCommands(connections, SETTINGS.timeout());
		RedisStreamReader reader = new RedisStreamReader(connections, SETTINGS.timeout());
		reader.start();
		TopicStore store = new RedisTopicStore("rooms", SETTINGS.forTopics(), commands, reader);
		this.closing.put(store, () -> {
			reader.close();
			commands.close();
			connections.close();
		});
		return store;
	}

	@Override
	protected void die(TopicStore instance) {
		this.closing.remove(instance).run();
	}

	/** Redis expires a key that is to live for no longer than now. */
	@Override
	protected void forgetUnused() {
		this.redis.commands()
			.keys("test:{rooms}:*")
			.forEach((key) -> this.redis.commands().pexpire(key, Duration.ofMillis(1)));
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
	protected void halt() throws IOException {
		this.redis.signal("STOP");
	}

	@Override
	protected void goOn() throws IOException {
		this.redis.signal("CONT");
	}

}
