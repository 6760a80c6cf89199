package io.eventsource.redis;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.eventsource.Event;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one channel in Redis, and the commands on it. All but the accessors wait
 * for Redis, and throw a {@link RedisException} where it does not answer. Thread-safe.
 */
final class RedisStream {

	private static final Log logger = LogFactory.getLog(RedisStream.class);

	private final String channel;

	private final String key;

	private final byte[] keyBytes;

	private final long maxLength;

	private final RedisCommands commands;

	private final PageSize page = new PageSize();

	/** Whether entries that do not make an event were reported. */
	private volatile boolean reported;

	RedisStream(String channel, RedisChannelSettings settings, RedisCommands commands) {
		this.channel = channel;
		this.key = settings.keyPrefix() + channel;
		this.keyBytes = this.key.getBytes(StandardCharsets.UTF_8);
		this.maxLength = settings.maxLength();
		this.commands = commands;
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
	 * How many entries are to be read at once to keep up with what is published.
	 */
	int pageSize() {
		return (int) Math.min(this.page.live(), this.maxLength);
	}

	/**
	 * Appends an event whose data is text, and trims the stream to its length.
	 */
	void append(Event event) {
		XAddArgs args = new XAddArgs().maxlen(this.maxLength).approximateTrimming();
		Map<byte[], byte[]> fields = Entry.of(event);
		this.commands.run((redis) -> redis.xadd(this.keyBytes, args, fields));
	}

	/**
	 * Reads entries from an id on, that one included, one page at most.
	 * @param count how many to read at most; at least two are read if there are two
	 */
	List<StreamMessage<byte[], byte[]>> from(EntryId id, long count) {
		int size = (int) Math.max(2, Math.min(count, this.page.history()));
		return sized(this.commands
			.run((redis) -> new EntryReader(redis).from(this.keyBytes, id.toString(), size, PageSize.HISTORY_BYTES)));
	}

	/**
	 * Reads the newest entries before an id, newest first, one page at most.
	 * @param id the id; {@code null} for the newest entries of all
	 * @param count how many are read at most
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
	 * Takes note of how large entries are. The next page is to have as many of this size
	 * as it should have bytes.
	 */
	List<StreamMessage<byte[], byte[]>> sized(List<StreamMessage<byte[], byte[]>> entries) {
		this.page.read(entries);
		return entries;
	}

	/**
	 * The event of an entry.
	 * @return the event, or {@code null} if the entry does not make one, which is
	 * reported once
	 */
	@Nullable Event event(StreamMessage<byte[], byte[]> entry) {
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
	 * Whether nothing has been trimmed that follows an entry.
	 */
	boolean has(EntryId id) {
		if (id.equals(EntryId.ZERO)) {
			Map<String, Object> facts = facts();
			// Not known before Redis 7
			return !(facts.get("entries-added") instanceof Long added && facts.get("length") instanceof Long length)
					|| added.equals(length);
		}
		String text = id.toString();
		return !this.commands.run((redis) -> redis.xrange(this.keyBytes, Range.create(text, text), Limit.from(1)))
			.isEmpty();
	}

	/**
	 * The id of the entry that was added last, whether it is still there or not.
	 */
	EntryId lastGenerated() {
		return (facts().get("last-generated-id") instanceof byte[] id)
				? EntryId.of(new String(id, StandardCharsets.US_ASCII)) : EntryId.ZERO;
	}

	/**
	 * What Redis says of the stream; nothing if there is none.
	 */
	private Map<String, Object> facts() {
		List<Object> list;
		try {
			list = this.commands.run((redis) -> redis.xinfoStream(this.keyBytes));
		}
		catch (RedisCommandExecutionException ex) {
			if (String.valueOf(ex.getMessage()).contains("no such key")) {
				return Map.of();
			}
			throw ex;
		}
		Map<String, Object> facts = new HashMap<>();
		for (int i = 0; i + 1 < list.size(); i += 2) {
			facts.put(new String((byte[]) list.get(i), StandardCharsets.US_ASCII), list.get(i + 1));
		}
		return facts;
	}

}
