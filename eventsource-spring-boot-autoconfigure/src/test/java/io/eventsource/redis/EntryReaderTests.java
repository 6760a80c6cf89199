package io.eventsource.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.web.StreamClient;
import io.eventsource.web.TestServer;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs.StreamOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How much of a stream in a real Redis is read at once.
 */
@EnabledIf(value = "io.eventsource.redis.RedisServer#isInstalled", disabledReason = RedisServer.REMEDY)
class EntryReaderTests {

	private static final int SMALL = 100;

	private static final int LARGE = 500_000;

	private static final int LIMIT = 1_000_000;

	@TempDir
	private Path folder;

	private RedisServer redis;

	private RedisConnections connections;

	private EntryReader reader;

	@BeforeEach
	void startRedis() throws IOException {
		this.redis = RedisServer.start(this.folder);
		this.connections = new RedisConnections(new LettuceConnectionFactory("127.0.0.1", this.redis.port()),
				Duration.ofSeconds(10));
		this.reader = new EntryReader(this.connections.open().commands());
	}

	@AfterEach
	void stop() {
		this.connections.close();
		this.redis.close();
	}

	@Test
	void pageOfSmallEntriesHasAsManyAsAreAskedFor() {
		add("orders", 600, SMALL);
		assertThat(this.reader.from(key("orders"), "-", 512, LIMIT)).hasSize(512);
		assertThat(this.reader.upTo(key("orders"), "+", 7, LIMIT)).hasSize(7);
		assertThat(this.reader.from(key("others"), "-", 512, LIMIT)).isEmpty();
	}

	@Test
	void pageIsBoundedInBytesWhereLargeEntriesFollowSmallOnes() {
		add("orders", 100, SMALL);
		add("orders", 40, LARGE);
		List<String> ids = this.redis.commands()
			.xrange("orders", Range.unbounded())
			.stream()
			.map(StreamMessage::getId)
			.toList();
		List<StreamMessage<byte[], byte[]>> page = this.reader.from(key("orders"), "-", 512, LIMIT);
		assertThat(size(page)).isBetween((long) LIMIT, (long) LIMIT + LARGE);
		assertThat(page).extracting(StreamMessage::getId).isEqualTo(ids.subList(0, page.size()));
		page = this.reader.upTo(key("orders"), "+", 512, LIMIT);
		assertThat(size(page)).isBetween((long) LIMIT, (long) LIMIT + LARGE);
	}

	@Test
	void pageHasTwoEntriesHoweverLargeTheyAre() {
		add("orders", 5, LARGE);
		assertThat(this.reader.from(key("orders"), "-", 512, 1000)).hasSize(2);
	}

	@Test
	void eachOfSeveralStreamsHasAPageOfItsOwn() {
		add("orders", 10, SMALL);
		add("orders", 40, LARGE);
		add("notes", 30, SMALL);
		Map<String, EntryPage> pages = this.reader.behind(offsets("orders", "notes", "others"), 512, LIMIT);
		assertThat(pages).containsOnlyKeys("orders", "notes");
		assertThat(size(pages.get("orders").entries())).isBetween((long) LIMIT, (long) LIMIT + LARGE);
		assertThat(pages.get("orders").received()).isEqualTo(50);
		assertThat(pages.get("notes").entries()).hasSize(30);
		assertThat(this.reader.behind(offsets("others"), 512, LIMIT)).isEmpty();
	}

	@Test
	void largeEventsThatComeTogetherAfterManySmallOnesAreAllDelivered() throws Exception {
		try (TestServer server = TestServer.start(TestServer.Container.TOMCAT, Application.class,
				this.redis.properties()); StreamClient client = StreamClient.connect(server.uri("/events/orders"))) {
			String key = "eventsource:orders";
			await().until(() -> server.clients("orders") > 0);
			add(key, 600, SMALL);
			await().until(() -> client.count() == 600);
			add(key, 40, LARGE);
			await().until(() -> client.count() >= 640);
			assertThat(client.events()).hasSize(640).extracting(Received::type).containsOnly("message");
			assertThat(client.events()).extracting((event) -> EntryId.of(event.lastEventId()))
				.isSorted()
				.doesNotHaveDuplicates();
		}
	}

	/** Adds all of them in one step. */
	private void add(String key, int count, int size) {
		this.redis.commands()
			.eval("for i = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', 'data', ARGV[2]) end",
					ScriptOutputType.STATUS, new String[] { key }, Integer.toString(count), "x".repeat(size));
	}

	private static byte[] key(String name) {
		return name.getBytes(StandardCharsets.UTF_8);
	}

	private static Collection<StreamOffset<byte[]>> offsets(String... keys) {
		return IntStream.range(0, keys.length).mapToObj((i) -> StreamOffset.from(key(keys[i]), "0-0")).toList();
	}

	private static long size(List<StreamMessage<byte[], byte[]>> entries) {
		return entries.stream().mapToLong(Entry::size).sum();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		EventChannel orders(EventChannels channels) {
			return channels.channel("orders");
		}

	}

}
