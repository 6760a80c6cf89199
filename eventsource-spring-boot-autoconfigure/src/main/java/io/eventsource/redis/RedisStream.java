package io.eventsource.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.eventsource.Event;
import io.eventsource.TopicStore.End;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs.StreamOffset;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one channel in Redis, and the commands on it. Commands wait for the
 * reply, and throw a {@link RedisException} if there is none. Thread-safe.
 */
final class RedisStream {

	private static final Log logger = LogFactory.getLog(RedisStream.class);

	private static final RedisScript APPEND = new RedisScript(ScriptOutputType.VALUE, """
			local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, 3))
			redis.call('PEXPIRE', KEYS[1], ARGV[2])
			redis.call('PUBLISH', KEYS[1], '')
			return id
			""");

	private final String channel;

	private final String key;

	private final byte[] keyBytes;

	private final RedisChannelSettings settings;

	private final RedisCommands commands;

	private final PageSize page = new PageSize();

	/** Whether an entry that makes no event was logged. */
	private volatile boolean reported;

	/** Whether others have Redis keep the stream, and it may end. */
	private final boolean topic;

	RedisStream(String channel, RedisChannelSettings settings, RedisCommands commands) {
		this(channel, settings.keyPrefix() + channel, settings, commands, false);
	}

	private RedisStream(String channel, String key, RedisChannelSettings settings, RedisCommands commands,
			boolean topic) {
		this.channel = channel;
		this.key = key;
		this.topic = topic;
		this.keyBytes = this.key.getBytes(StandardCharsets.UTF_8);
		this.settings = settings;
		this.commands = commands;
	}

	/**
	 * Creates the stream of a topic.
	 */
	static RedisStream topic(String name, String key, RedisChannelSettings settings, RedisCommands commands) {
		return new RedisStream(name, key, settings, commands, true);
	}

	/**
	 * Returns how the stream ends with an entry.
	 * @return how it ends, or {@code null} if it does not
	 */
	@Nullable End end(StreamMessage<byte[], byte[]> entry) {
		return this.topic ? Entry.end(entry) : null;
	}

	boolean isTopic() {
		return this.topic;
	}

	String channel() {
		return this.channel;
	}

	String key() {
		return this.key;
	}

	StreamOffset<byte[]> offset(EntryId position) {
		return StreamOffset.from(this.keyBytes, position.toString());
	}

	/**
	 * Returns how many entries to read at once in order to keep up with publishers.
	 */
	int pageSize() {
		return (int) Math.min(this.page.live(), this.settings.maxLength());
	}

	/**
	 * Appends an event whose data is text, trims the stream to its length, has it kept
	 * for another while, and tells those who read it.
	 */
	void append(Event event) {
		List<byte[]> values = new ArrayList<>();
		values.add(RedisScript.number(this.settings.maxLength()));
		values.add(RedisScript.number(this.settings.retention().toMillis()));
		Entry.of(event).forEach((name, value) -> {
			values.add(name);
			values.add(value);
		});
		this.commands.run((redis) -> APPEND.run(redis, new byte[][] { this.keyBytes }, values.toArray(byte[][]::new)));
	}

	/**
	 * Has Redis keep the stream for another while.
	 */
	void keep() {
		this.commands.run((redis) -> redis.pexpire(this.keyBytes, this.settings.retention()));
	}

	/**
	 * Returns the time for which Redis keeps the stream if nobody publishes to it or
	 * reads it.
	 */
	Duration retention() {
		return this.settings.retention();
	}

	/**
	 * Reads entries from an id on, that one included, one page at most.
	 * @param count the maximum number of entries to read; two if it is less
	 */
	List<StreamMessage<byte[], byte[]>> from(EntryId id, long count) {
		int size = (int) Math.max(2, Math.min(count, this.page.history()));
		return sized(this.commands
			.run((redis) -> new EntryReader(redis).from(this.keyBytes, id.toString(), size, PageSize.HISTORY_BYTES)));
	}

	/**
	 * Reads the newest entries before an id, newest first, one page at most.
	 * @param id the id; {@code null} for the newest entries of all
	 * @param count the maximum number of entries to read
	 */
	List<StreamMessage<byte[], byte[]>> before(@Nullable EntryId id, int count) {
		if (count <= 0 || EntryId.ZERO.equals(id)) {
			return List.of();
		}
		String newest = (id != null) ? id.previous().toString() : "+";
		return sized(this.commands.run((redis) -> new EntryReader(redis).upTo(this.keyBytes, newest,
				Math.min(count, this.page.history()), PageSize.HISTORY_BYTES)));
	}

	/**
	 * Records the sizes of entries, which determine the length of the next page.
	 * @return the same entries
	 */
	List<StreamMessage<byte[], byte[]>> sized(List<StreamMessage<byte[], byte[]>> entries) {
		this.page.read(entries);
		return entries;
	}

	/**
	 * Returns the event of an entry.
	 * @return the event, or {@code null} if the entry makes none, which is logged once
	 */
	@Nullable Event event(StreamMessage<byte[], byte[]> entry) {
		if (end(entry) != null) {
			return null;
		}
		try {
			return Entry.event(entry);
		}
		catch (IllegalArgumentException ex) {
			if (!this.reported) {
				this.reported = true;
				logger
					.warn("Channel '" + this.channel + "' leaves out entry " + entry.getId() + " of the Redis stream '"
							+ this.key + "', and says no more of others that are no event: " + ex.getMessage());
			}
			return null;
		}
	}

	/**
	 * Returns what Redis knows about the stream.
	 */
	StreamFacts facts() {
		try {
			return facts(this.commands.run((redis) -> redis.xinfoStream(this.keyBytes)));
		}
		catch (RedisCommandExecutionException ex) {
			if (String.valueOf(ex.getMessage()).contains("no such key")) {
				return StreamFacts.NONE;
			}
			throw ex;
		}
	}

	private static StreamFacts facts(List<Object> list) {
		Map<String, Object> facts = new HashMap<>();
		for (int i = 0; i + 1 < list.size(); i += 2) {
			facts.put(new String((byte[]) list.get(i), StandardCharsets.US_ASCII), list.get(i + 1));
		}
		EntryId last = (facts.get("last-generated-id") instanceof byte[] id)
				? EntryId.of(new String(id, StandardCharsets.US_ASCII)) : EntryId.ZERO;
		long length = (facts.get("length") instanceof Long value) ? value : 0;
		return new StreamFacts(last, length, (facts.get("entries-added") instanceof Long value) ? value : length);
	}

}
