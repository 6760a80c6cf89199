package io.eventsource.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.eventsource.Event;
import io.eventsource.EventPublicationException;
import io.eventsource.EventStore;
import io.eventsource.TopicStore;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps each topic of a family in a stream in Redis. All keys of the family are in one
 * slot of a cluster. Thread-safe.
 */
final class RedisTopicStore implements TopicStore {

	/** For how long an instance is believed to live that has not said so again. */
	static final Duration LEASE = Duration.ofSeconds(15);

	private static final Log logger = LogFactory.getLog(RedisTopicStore.class);

	private static final Duration LAST_ID = Duration.ofDays(1);

	private static final int BATCH = 100;

	private final TopicKeys keys;

	private final RedisChannelSettings settings;

	private final RedisCommands commands;

	private final RedisStreamReader reader;

	/** The sources that run here, by topic. */
	private final Map<String, RedisTopicRun> runs = new ConcurrentHashMap<>();

	/** What was logged when topics could not be kept. */
	private volatile @Nullable RedisProblem told;

	/**
	 * Creates a store.
	 * @param name the name of the family
	 * @param settings the settings, with the time for which topics are kept
	 */
	RedisTopicStore(String name, RedisChannelSettings settings, RedisCommands commands, RedisStreamReader reader) {
		this.keys = new TopicKeys(settings.keyPrefix(), name);
		this.settings = settings;
		this.commands = commands;
		this.reader = reader;
		reader.addTask(this::renew);
	}

	@Override
	public EventStore events(String topic) {
		RedisStream stream = RedisStream.topic(this.keys.name(topic), this.keys.stream(topic), this.settings,
				this.commands);
		return new RedisEventStore(stream, (event) -> append(topic, event), this.reader);
	}

	@Override
	public boolean append(String topic, Event event) {
		return append(topic, event, "", 0);
	}

	boolean append(String topic, Event event, String run, long number) {
		List<byte[]> values = values(run, Long.toString(number));
		Entry.of(event).forEach((name, value) -> {
			values.add(name);
			values.add(value);
		});
		return confirmed(topic, () -> run(TopicScripts.APPEND, topic, values));
	}

	@Override
	public boolean exists(String topic) {
		return confirmed(topic, () -> this.commands
			.run((redis) -> redis.exists(bytes(this.keys.stream(topic)), bytes(this.keys.run(topic)))) > 0);
	}

	@Override
	public @Nullable Run start(String topic, Runnable onStop) {
		RedisTopicRun run = new RedisTopicRun(this, topic, onStop);
		List<byte[]> values = values(run.name(), Long.toString(LEASE.toMillis()));
		if (!confirmed(topic, () -> run(TopicScripts.START, topic, values))) {
			return null;
		}
		this.runs.put(topic, run);
		this.reader.watch(this.keys.run(topic), run::ended);
		return run;
	}

	@Override
	public void end(String topic) {
		end(topic, End.STOPPED, "");
	}

	void end(String topic, End end, String run) {
		List<byte[]> values = values(Entry.name(end), run);
		confirmed(topic, () -> run(TopicScripts.END, topic, values));
	}

	/**
	 * Takes note that a run has ended.
	 */
	void remove(RedisTopicRun run) {
		if (this.runs.remove(run.topic(), run)) {
			this.reader.unwatch(this.keys.run(run.topic()));
		}
	}

	@Override
	public boolean isConnected() {
		return this.reader.isConnected();
	}

	/**
	 * Says that this instance lives, has Redis keep the topics that are used here, and
	 * ends those whose instance has died. Called from time to time.
	 */
	private void renew() {
		try {
			renewRuns(List.copyOf(this.runs.values()));
			Set<String> used = new TreeSet<>(this.runs.keySet());
			this.reader.keys(this.keys.streams()).forEach((key) -> used.add(this.keys.topic(key)));
			keep(List.copyOf(used));
			this.told = null;
		}
		catch (RedisCommandExecutionException ex) {
			if (this.told != RedisProblem.of(ex)) {
				this.told = RedisProblem.of(ex);
				logger.warn("Topics of '" + this.keys.family() + "' cannot be kept: " + RedisProblem.describe(ex));
			}
		}
	}

	private void renewRuns(List<RedisTopicRun> all) {
		for (int from = 0; from < all.size(); from += BATCH) {
			List<RedisTopicRun> batch = all.subList(from, Math.min(all.size(), from + BATCH));
			byte[][] names = batch.stream().map((run) -> bytes(this.keys.run(run.topic()))).toArray(byte[][]::new);
			List<byte[]> values = new ArrayList<>(List.of(RedisScript.number(LEASE.toMillis())));
			batch.forEach((run) -> values.add(bytes(run.name())));
			List<Long> ended = this.commands
				.run((redis) -> TopicScripts.RENEW.run(redis, names, values.toArray(byte[][]::new)));
			ended.forEach((number) -> batch.get(number.intValue()).ended());
		}
	}

	private void keep(List<String> topics) {
		for (int from = 0; from < topics.size(); from += BATCH) {
			List<String> batch = topics.subList(from, Math.min(topics.size(), from + BATCH));
			List<byte[]> names = new ArrayList<>();
			batch.forEach((topic) -> {
				names.add(bytes(this.keys.stream(topic)));
				names.add(bytes(this.keys.run(topic)));
			});
			List<Long> lapsed = this.commands.run((redis) -> TopicScripts.KEEP.run(redis, names.toArray(byte[][]::new),
					RedisScript.number(this.settings.retention().toMillis())));
			lapsed.forEach((number) -> run(TopicScripts.LAPSE, batch.get(number.intValue()), values()));
		}
	}

	private boolean run(RedisScript script, String topic, List<byte[]> values) {
		byte[][] names = { bytes(this.keys.stream(topic)), bytes(this.keys.last()), bytes(this.keys.run(topic)) };
		Long result = this.commands.run((redis) -> script.run(redis, names, values.toArray(byte[][]::new)));
		return result == 1;
	}

	private List<byte[]> values(String... others) {
		Duration retention = this.settings.retention();
		List<byte[]> values = new ArrayList<>();
		values.add(RedisScript.number(this.settings.maxLength()));
		values.add(RedisScript.number(retention.toMillis()));
		values.add(RedisScript.number(Math.max(retention.toMillis(), LAST_ID.toMillis())));
		for (String other : others) {
			values.add(bytes(other));
		}
		return values;
	}

	private boolean confirmed(String topic, Supplier<Boolean> command) {
		try {
			return command.get();
		}
		catch (RedisException ex) {
			throw new EventPublicationException(
					"Redis has not confirmed what was done with topic '" + this.keys.name(topic)
							+ "', so it was not done, unless only the answer was lost: " + RedisProblem.describe(ex),
					ex);
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
