package io.eventsource.redis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.EventHistory;
import io.eventsource.EventPublicationException;
import io.eventsource.EventRelay;
import io.eventsource.GapCause;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs.StreamOffset;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One channel: its stream in Redis, and how far this instance has read it.
 */
final class RedisEventStore implements EventRelay {

	private static final Log logger = LogFactory.getLog(RedisEventStore.class);

	private final String name;

	private final RedisStream stream;

	private final TextEvents texts;

	private final RedisStreamReader reader;

	private final RedisHistory history;

	private volatile @Nullable Receiver receiver;

	/**
	 * Up to where the stream was read; {@code null} until the channel knows where it
	 * ends.
	 */
	private volatile @Nullable EntryId position;

	/** When there was news, or the position was compared with the stream. */
	private long checked;

	RedisEventStore(String name, RedisChannelSettings settings, DataWriter dataWriter, RedisCommands commands,
			RedisStreamReader reader) {
		this.name = name;
		this.stream = new RedisStream(name, settings, commands);
		this.texts = new TextEvents(dataWriter);
		this.reader = reader;
		this.history = new RedisHistory(this, settings.timeout());
	}

	@Override
	public void publish(Event event) {
		if (event.id() != null) {
			throw new IllegalArgumentException(event + " must not have an id, since Redis gives the events of channel '"
					+ this.name + "' theirs; leave the id out");
		}
		Receiver current = this.receiver;
		Event text = this.texts.of(event, (current != null) ? current.maxEventSize() : Integer.MAX_VALUE);
		if (current != null) {
			current.check(text);
		}
		try {
			this.stream.append(text);
		}
		catch (RedisException ex) {
			throw new EventPublicationException("Redis has not confirmed an event of channel '" + this.name
					+ "', so it was not published, unless only the answer was lost: " + ex.getMessage(), ex);
		}
	}

	@Override
	public void attach(Receiver receiver) {
		synchronized (this) {
			this.receiver = receiver;
			this.position = null;
		}
		if (this.reader.isConnected()) {
			try {
				warm(false);
			}
			catch (RedisException ex) {
				this.reader.lost(ex);
			}
		}
		this.reader.add(this);
	}

	@Override
	public void detach() {
		// Not synchronized, which a thread may be that waits for Redis
		this.receiver = null;
		this.reader.remove(this);
	}

	@Override
	public boolean isConnected() {
		return this.reader.isConnected();
	}

	@Override
	public boolean isOwn(String id) {
		return EntryId.parse(id) != null;
	}

	@Override
	public EventHistory history() {
		return this.history;
	}

	RedisStream stream() {
		return this.stream;
	}

	StreamOffset<byte[]> offset() {
		// Unknown if another thread attaches just now: what is read in vain is not taken
		EntryId at = this.position;
		return this.stream.offset((at != null) ? at : EntryId.ZERO);
	}

	/**
	 * How many entries may be read now.
	 */
	int room() {
		Receiver current = this.receiver;
		if (current == null || this.position == null) {
			return 0;
		}
		return Math.min(this.stream.pageSize(), current.room());
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
		List<StreamMessage<byte[], byte[]>> entries = this.stream.before(null, current.capacity());
		while (!entries.isEmpty()) {
			bytes += add(entries, events);
			last = (last != null) ? last : EntryId.of(entries.get(0).getId());
			EntryId oldest = EntryId.of(entries.get(entries.size() - 1).getId());
			entries = (bytes < current.memory()) ? this.stream.before(oldest, current.capacity() - events.size())
					: List.of();
		}
		last = (last != null) ? last : this.stream.lastGenerated();
		Collections.reverse(events);
		current.preload(events, late && !events.isEmpty());
		this.checked = System.nanoTime();
		this.position = last;
	}

	/**
	 * Adds the events of entries.
	 * @return how many bytes the entries have
	 */
	private long add(List<StreamMessage<byte[], byte[]>> entries, List<Event> events) {
		long bytes = 0;
		for (StreamMessage<byte[], byte[]> entry : entries) {
			Event event = this.stream.event(entry);
			if (event != null) {
				events.add(event);
			}
			bytes += Entry.size(entry);
		}
		return bytes;
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
		if (full && !this.stream.has(before)) {
			missed(current, GapCause.EVICTED);
		}
		for (StreamMessage<byte[], byte[]> entry : this.stream.sized(entries)) {
			EntryId id = EntryId.of(entry.getId());
			if (current.room() <= 0) {
				// They were larger than those before; to be read again from here on
				break;
			}
			// Not what another thread has preloaded meanwhile
			if (id.compareTo(before) > 0) {
				deliver(current, this.stream.event(entry));
				this.position = id;
			}
		}
		this.checked = System.nanoTime();
		notifyAll();
	}

	/** One event that cannot be taken is not to hold up those of other channels. */
	private void deliver(Receiver current, @Nullable Event event) {
		if (event == null) {
			return;
		}
		try {
			current.deliver(event);
		}
		catch (Throwable ex) {
			logger.warn("Channel '" + this.name + "' leaves out an event, which clients are told", ex);
			current.missed(GapCause.UNKNOWN);
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
		else if (!hasBegunAgain(current, at) && this.stream.lastGenerated().compareTo(at) > 0 && !this.stream.has(at)) {
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
		EntryId last = this.stream.lastGenerated();
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
				+ ((cause == GapCause.RESTARTED) ? "the Redis stream '" + this.stream.key() + "' has begun again"
						: "they had been trimmed before they were read"));
		current.missed(cause);
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
