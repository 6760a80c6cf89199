package io.eventsource.redis;

import java.util.List;
import java.util.function.Supplier;

import io.eventsource.Event;
import io.eventsource.EventStore.Receiver;
import io.eventsource.GapCause;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs.StreamOffset;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Hands the entries of one stream to a receiver, and remembers how far the stream was
 * read. The position moves in the monitor; any thread may ask and stop.
 */
final class RedisTail {

	private static final Log logger = LogFactory.getLog(RedisTail.class);

	private final RedisStream stream;

	private final Supplier<RedisHistory.Latest> latest;

	private final Receiver receiver;

	/**
	 * The last entry that was read; {@code null} until it is known where the stream ends.
	 */
	private volatile @Nullable EntryId position;

	/** When there was news, or the position was compared with the stream. */
	private long checked;

	private volatile boolean stopped;

	/**
	 * Makes a tail that has not begun.
	 * @param latest reads the latest events
	 */
	RedisTail(RedisStream stream, Supplier<RedisHistory.Latest> latest, Receiver receiver) {
		this.stream = stream;
		this.latest = latest;
		this.receiver = receiver;
	}

	String key() {
		return this.stream.key();
	}

	/**
	 * Hands over nothing more. Never waits for a thread that waits for Redis.
	 */
	void stop() {
		this.stopped = true;
	}

	boolean isStopped() {
		return this.stopped;
	}

	/**
	 * Returns the position from which to read, for a tail that has {@link #room}.
	 */
	StreamOffset<byte[]> offset() {
		EntryId at = this.position;
		return this.stream.offset((at != null) ? at : EntryId.ZERO);
	}

	/**
	 * Returns how many entries may be read now.
	 */
	int room() {
		if (this.stopped || this.position == null) {
			return 0;
		}
		return Math.min(this.stream.pageSize(), this.receiver.room());
	}

	/**
	 * Hands over the latest events if that was not done yet, and begins after them.
	 */
	synchronized void begin() {
		if (this.stopped || this.position != null) {
			return;
		}
		RedisHistory.Latest begun = this.latest.get();
		this.receiver.preload(begun.events());
		this.checked = System.nanoTime();
		this.position = begun.last();
	}

	/**
	 * Hands over entries that were read from the position on.
	 * @param full whether as many arrived as were asked for
	 */
	synchronized void accept(List<StreamMessage<byte[], byte[]>> entries, boolean full) {
		EntryId before = this.position;
		if (this.stopped || before == null || entries.isEmpty()) {
			return;
		}
		// With fewer entries Redis had no reason to trim any
		if (full && !this.stream.has(before)) {
			missed(GapCause.EVICTED);
		}
		for (StreamMessage<byte[], byte[]> entry : this.stream.sized(entries)) {
			if (this.stopped || this.receiver.room() <= 0) {
				// Without room, they were larger than expected, and are read again later
				break;
			}
			EntryId id = EntryId.of(entry.getId());
			// Another thread has read the others, if this one did not stop in time
			if (id.compareTo(before) > 0) {
				deliver(entry);
				this.position = id;
			}
		}
		this.checked = System.nanoTime();
	}

	/**
	 * Hands over an entry if it is an event. One that the receiver cannot take must not
	 * hold up other channels.
	 */
	private void deliver(StreamMessage<byte[], byte[]> entry) {
		try {
			Event event = this.stream.event(entry);
			if (event != null) {
				this.receiver.deliver(event);
			}
		}
		catch (Throwable ex) {
			logger.warn("Channel '" + this.stream.channel() + "' leaves out an event, which clients are told", ex);
			this.receiver.missed(GapCause.UNKNOWN);
		}
	}

	/**
	 * Finds out what has happened to the stream while Redis was unavailable.
	 */
	synchronized void resume() {
		EntryId at = this.position;
		if (at == null) {
			begin();
		}
		else if (!this.stopped && !hasBegunAgain(at) && this.stream.lastGenerated().compareTo(at) > 0
				&& !this.stream.has(at)) {
			missed(GapCause.EVICTED);
		}
	}

	/**
	 * Does from time to time what is to be done without news.
	 * @param interval the time in nanoseconds after which the position is compared with
	 * the stream
	 */
	synchronized void check(long interval) {
		EntryId at = this.position;
		if (at == null) {
			begin();
		}
		else if (!this.stopped && System.nanoTime() - this.checked >= interval) {
			hasBegunAgain(at);
		}
	}

	/**
	 * Reads the stream from its beginning if it is one that has begun after the position
	 * was reached, in which ids may be lower than before. If it is the same one without
	 * the latest entries, as after a failover, continues after those that it has.
	 */
	private boolean hasBegunAgain(EntryId at) {
		EntryId last = this.stream.lastGenerated();
		this.checked = System.nanoTime();
		if (last.compareTo(at) >= 0) {
			return false;
		}
		if (this.receiver.has(last.toString())) {
			this.position = last;
			return false;
		}
		missed(GapCause.RESTARTED);
		this.position = EntryId.ZERO;
		return true;
	}

	private void missed(GapCause cause) {
		logger.warn("Channel '" + this.stream.channel() + "' has missed events, which its clients are told: "
				+ ((cause == GapCause.RESTARTED) ? "the Redis stream '" + this.stream.key() + "' has begun again"
						: "they had been trimmed before they were read"));
		this.receiver.missed(cause);
	}

}
