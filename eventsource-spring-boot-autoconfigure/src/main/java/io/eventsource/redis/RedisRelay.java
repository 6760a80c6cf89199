package io.eventsource.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventHistory;
import io.eventsource.EventPublicationException;
import io.eventsource.EventRelay;
import io.eventsource.GapCause;
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
 * One channel: its stream in Redis, and how far this instance has read it.
 */
final class RedisRelay implements EventRelay {

	private static final Log logger = LogFactory.getLog(RedisRelay.class);

	private final String name;

	private final RedisChannelSettings settings;

	private final DataWriter dataWriter;

	private final Commands commands;

	private final Tail tail;

	private final String key;

	private final byte[] keyBytes;

	private final RedisHistory history;

	private volatile @Nullable Receiver receiver;

	/**
	 * Up to where the stream was read; {@code null} until the channel knows where it
	 * ends.
	 */
	private volatile @Nullable EntryId position;

	private final PageSize page = new PageSize();

	/** When there was news, or the position was compared with the stream. */
	private long checked;

	/** Whether entries that do not make an event were complained of. */
	private volatile boolean complained;

	RedisRelay(String name, RedisChannelSettings settings, DataWriter dataWriter, Commands commands, Tail tail) {
		this.name = name;
		this.settings = settings;
		this.dataWriter = dataWriter;
		this.commands = commands;
		this.tail = tail;
		this.key = settings.keyPrefix() + name;
		this.keyBytes = this.key.getBytes(StandardCharsets.UTF_8);
		this.history = new RedisHistory(this, settings.timeout());
	}

	@Override
	public void publish(Event event) {
		if (event.id() != null) {
			throw new IllegalArgumentException(event + " must not have an id, since Redis gives the events of channel '"
					+ this.name + "' theirs; leave the id out");
		}
		Receiver current = this.receiver;
		Event text = withText(event, (current != null) ? current.maxEventSize() : Integer.MAX_VALUE);
		if (current != null) {
			current.check(text);
		}
		XAddArgs args = new XAddArgs().maxlen(this.settings.maxLength()).approximateTrimming();
		Map<byte[], byte[]> fields = Entry.of(text);
		try {
			this.commands.run((redis) -> redis.xadd(this.keyBytes, args, fields));
		}
		catch (RedisException ex) {
			throw new EventPublicationException("Redis has not confirmed an event of channel '" + this.name
					+ "', so it was not published, unless only the answer was lost: " + ex.getMessage(), ex);
		}
	}

	private Event withText(Event event, int maxLength) {
		Object data = event.data();
		if (data == null) {
			return event;
		}
		Event.Builder copy = Event.builder().type(event.type()).data(text(event, data, maxLength));
		if (event.key() != null) {
			copy.key(event.key());
		}
		if (event.retry() != null) {
			copy.retry(event.retry());
		}
		if (event.comment() != null) {
			copy.comment(event.comment());
		}
		return copy.build();
	}

	private String text(Event event, Object data, int maxLength) {
		try {
			return (data instanceof CharSequence text) ? text.toString() : this.dataWriter.write(data, maxLength);
		}
		catch (Exception | StackOverflowError ex) {
			throw new IllegalArgumentException("The data of " + event + " cannot be written: " + ex.getMessage(), ex);
		}
	}

	@Override
	public void attach(Receiver receiver) {
		synchronized (this) {
			this.receiver = receiver;
			this.position = null;
		}
		if (this.tail.isConnected()) {
			try {
				warm(false);
			}
			catch (RedisException ex) {
				this.tail.lost(ex);
			}
		}
		this.tail.add(this);
	}

	@Override
	public void detach() {
		// Not synchronized, which a thread may be that waits for Redis
		this.receiver = null;
		this.tail.remove(this);
	}

	@Override
	public boolean isConnected() {
		return this.tail.isConnected();
	}

	@Override
	public boolean isOwn(String id) {
		return EntryId.parse(id) != null;
	}

	@Override
	public EventHistory history() {
		return this.history;
	}

	String key() {
		return this.key;
	}

	StreamOffset<byte[]> offset() {
		// Unknown if another thread attaches just now: what is read in vain is not taken
		EntryId at = this.position;
		return StreamOffset.from(this.keyBytes, ((at != null) ? at : EntryId.ZERO).toString());
	}

	/**
	 * How many entries may be read now.
	 */
	int room() {
		Receiver current = this.receiver;
		if (current == null || this.position == null) {
			return 0;
		}
		return (int) Math.min(Math.min(this.page.live(), this.settings.maxLength()), current.room());
	}

	/**
	 * Gives the stream of this instance its latest events, from which on it is read.
	 * @param late whether clients may be waiting already
	 */
	private synchronized void warm(boolean late) {
		Receiver current = this.receiver;
		if (current == null || this.position != null) {
			return;
		}
		List<Event> events = new ArrayList<>();
		EntryId last = null;
		long bytes = 0;
		List<StreamMessage<byte[], byte[]>> entries = before(null, current.capacity());
		while (!entries.isEmpty()) {
			for (StreamMessage<byte[], byte[]> entry : entries) {
				Event event = event(entry);
				if (event != null) {
					events.add(event);
				}
				bytes += Entry.size(entry);
			}
			EntryId oldest = EntryId.of(entries.get(entries.size() - 1).getId());
			last = (last != null) ? last : EntryId.of(entries.get(0).getId());
			entries = (bytes < current.memory()) ? before(oldest, current.capacity() - events.size()) : List.of();
		}
		EntryId end = (last != null) ? last : lastGenerated();
		Collections.reverse(events);
		current.preload(events, late && !events.isEmpty());
		this.checked = System.nanoTime();
		this.position = end;
	}

	private List<StreamMessage<byte[], byte[]>> before(@Nullable EntryId id, int count) {
		if (count <= 0 || EntryId.ZERO.equals(id)) {
			return List.of();
		}
		String newest = (id != null) ? id.previous().toString() : "+";
		return adapted(this.commands.run((redis) -> new EntryReader(redis).upTo(this.keyBytes, newest,
				Math.min(count, this.page.history()), PageSize.HISTORY_BYTES)));
	}

	/**
	 * Reads entries from an id on, that one included, one page at most.
	 */
	List<StreamMessage<byte[], byte[]>> from(EntryId id) {
		return adapted(this.commands.run((redis) -> new EntryReader(redis).from(this.keyBytes, id.toString(),
				this.page.history(), PageSize.HISTORY_BYTES)));
	}

	/** The next page is to have as many entries of this size as it should have bytes. */
	private List<StreamMessage<byte[], byte[]>> adapted(List<StreamMessage<byte[], byte[]>> entries) {
		this.page.read(entries);
		return entries;
	}

	/**
	 * Hands on entries that were read from the position on.
	 * @param full whether as many arrived as were asked for
	 */
	synchronized void accept(List<StreamMessage<byte[], byte[]>> entries, boolean full) {
		Receiver current = this.receiver;
		EntryId before = this.position;
		if (current == null || before == null || entries.isEmpty()) {
			return;
		}
		// With fewer entries Redis had no reason to trim any
		if (full && !has(before)) {
			missed(current, GapCause.EVICTED);
		}
		for (StreamMessage<byte[], byte[]> entry : adapted(entries)) {
			EntryId id = EntryId.of(entry.getId());
			if (current.room() <= 0) {
				// They were larger than those before; to be read again from here on
				break;
			}
			// Not what another thread has preloaded meanwhile
			if (id.compareTo(before) > 0) {
				Event event = event(entry);
				if (event != null) {
					deliver(current, event);
				}
				this.position = id;
			}
		}
		this.checked = System.nanoTime();
		notifyAll();
	}

	/** One event that cannot be taken is not to hold up those of other channels. */
	private void deliver(Receiver current, Event event) {
		try {
			current.deliver(event);
		}
		catch (Throwable ex) {
			logger.warn("Channel '" + this.name + "' leaves out an event, which clients are told", ex);
			current.missed(GapCause.UNKNOWN);
		}
	}

	@Nullable Event event(StreamMessage<byte[], byte[]> entry) {
		try {
			return Entry.event(entry);
		}
		catch (IllegalArgumentException ex) {
			if (!this.complained) {
				this.complained = true;
				logger.warn("Channel '" + this.name + "' leaves out entry " + entry.getId() + " of the Redis stream '"
						+ this.key + "', and says no more of others that are no event: " + ex.getMessage());
			}
			return null;
		}
	}

	/**
	 * Finds out what has become of the stream while Redis was away.
	 */
	synchronized void resume() {
		EntryId at = this.position;
		Receiver current = this.receiver;
		if (current == null) {
			return;
		}
		if (at == null) {
			warm(true);
		}
		else if (!hasBegunAgain(current, at) && lastGenerated().compareTo(at) > 0 && !has(at)) {
			missed(current, GapCause.EVICTED);
		}
	}

	/**
	 * Does from time to time what is to be done without news.
	 */
	synchronized void check(long interval) {
		EntryId at = this.position;
		Receiver current = this.receiver;
		if (current == null) {
			return;
		}
		if (at == null) {
			warm(true);
		}
		else if (System.nanoTime() - this.checked >= interval) {
			hasBegunAgain(current, at);
		}
	}

	/**
	 * Reads the stream from its beginning if it is one that has begun after the position
	 * was reached, in which ids may be lower than before. If it is the same one without
	 * the latest entries, as after a failover, goes on behind those that it has.
	 */
	private boolean hasBegunAgain(Receiver current, EntryId at) {
		EntryId last = lastGenerated();
		this.checked = System.nanoTime();
		if (last.compareTo(at) >= 0) {
			return false;
		}
		if (current.has(last.toString())) {
			this.position = last;
			return false;
		}
		missed(current, GapCause.RESTARTED);
		this.position = EntryId.ZERO;
		return true;
	}

	private void missed(Receiver current, GapCause cause) {
		logger.warn("Channel '" + this.name + "' has missed events, which its clients are told: "
				+ ((cause == GapCause.RESTARTED) ? "the Redis stream '" + this.key + "' has begun again"
						: "they had been trimmed before they were read"));
		current.missed(cause);
	}

	/**
	 * Whether nothing has been trimmed that follows an entry.
	 */
	private boolean has(EntryId id) {
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

	private EntryId lastGenerated() {
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

	/**
	 * Whether the stream of this instance has an event for clients that resume.
	 * @throws IllegalStateException if there is no such stream any more
	 */
	boolean hasTaken(EntryId id) {
		Receiver current = this.receiver;
		if (current == null) {
			throw new IllegalStateException("Channel '" + this.name + "' is not served any more");
		}
		return current.has(id.toString());
	}

	/**
	 * Waits until there is news, or for a moment.
	 */
	synchronized void awaitNews() throws InterruptedException {
		wait(10);
	}

}
