package io.eventsource.redis;

import java.util.List;
import java.util.function.Supplier;

import io.eventsource.Event;
import io.eventsource.EventStore.Receiver;
import io.eventsource.GapCause;
import io.eventsource.TopicStore.End;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs.StreamOffset;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Hands the entries of one stream to a receiver, and remembers how far the stream was
 * read. The position moves in the monitor; any thread may ask and stop.
 * <p>
 * The stream is read from the last entry on that was handed over, that one included: as
 * long as Redis has it, nothing behind it was trimmed.
 */
final class RedisTail {

	private static final Log logger = LogFactory.getLog(RedisTail.class);

	private final RedisStream stream;

	private final Supplier<RedisHistory.Latest> latest;

	private final Receiver receiver;

	private final Continuity continuity;

	/**
	 * The last entry that was read; {@code null} until it is known where the stream ends.
	 */
	private volatile @Nullable EntryId position;

	/** When Redis was told last to keep the stream. */
	private volatile long kept = System.nanoTime();

	/** Whether the stream cannot be read, though Redis answers. */
	private volatile boolean broken;

	private volatile boolean stopped;

	/**
	 * Makes a tail that has not begun.
	 * @param latest reads the latest events
	 */
	RedisTail(RedisStream stream, Supplier<RedisHistory.Latest> latest, Receiver receiver) {
		this.stream = stream;
		this.latest = latest;
		this.receiver = receiver;
		this.continuity = new Continuity(stream, receiver);
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

	boolean isBroken() {
		return this.broken;
	}

	boolean hasBegun() {
		return this.position != null;
	}

	/**
	 * Returns the offset from which to read, for a tail that has {@link #room}.
	 */
	StreamOffset<byte[]> offset() {
		EntryId at = this.position;
		return this.stream.offset((at != null && !at.equals(EntryId.ZERO)) ? at.previous() : EntryId.ZERO);
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
		this.broken = false;
		this.position = begun.last();
		if (begun.end() != null) {
			this.receiver.complete(begun.end().cause());
		}
	}

	/**
	 * Hands over entries that were read from the offset on.
	 * @param full whether as many arrived as were asked for
	 * @return whether there may be more to read already
	 */
	synchronized boolean accept(List<StreamMessage<byte[], byte[]>> entries, boolean full) {
		EntryId at = this.position;
		if (this.stopped || at == null) {
			return false;
		}
		Continuity.Step step = this.continuity.check(at, entries, full);
		this.broken = false;
		if (step.cause() != null) {
			missed(step.cause());
		}
		this.position = step.position();
		if (!step.position().equals(at)) {
			// These were read from somewhere else
			return true;
		}
		deliver(this.stream.sized(entries));
		return full;
	}

	private void deliver(List<StreamMessage<byte[], byte[]>> entries) {
		for (StreamMessage<byte[], byte[]> entry : entries) {
			EntryId id = EntryId.of(entry.getId());
			EntryId at = this.position;
			// Another thread has read the others, if this one did not stop in time
			if (at == null || id.compareTo(at) <= 0) {
				continue;
			}
			if (this.stopped || this.receiver.room() <= 0) {
				// Without room, they were larger than expected, and are read again later
				return;
			}
			deliver(entry);
			this.position = id;
		}
	}

	/**
	 * Hands over an entry if it is an event. One that the receiver cannot take must not
	 * hold up other channels.
	 */
	private void deliver(StreamMessage<byte[], byte[]> entry) {
		try {
			End end = this.stream.end(entry);
			if (end != null) {
				this.receiver.complete(end.cause());
			}
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
	 * Has Redis keep the stream as long as it is read here.
	 */
	void keep() {
		long now = System.nanoTime();
		if (!this.stopped && !this.stream.isTopic() && now - this.kept > this.stream.retention().toNanos() / 4) {
			this.stream.keep();
			this.kept = now;
		}
	}

	/**
	 * Takes note that the stream cannot be read.
	 */
	void fail(RedisCommandExecutionException cause) {
		boolean news = !this.broken;
		this.broken = true;
		if (news) {
			logger.warn("No events of channel '" + this.stream.channel() + "' come in, since Redis cannot read '"
					+ this.stream.key() + "'; other channels go on: " + RedisProblem.describe(cause));
		}
	}

	private void missed(GapCause cause) {
		logger.warn("Channel '" + this.stream.channel() + "' has missed events, which its clients are told: "
				+ ((cause == GapCause.RESTARTED) ? "the Redis stream '" + this.stream.key() + "' has begun again"
						: "they had been trimmed before they were read"));
		this.receiver.missed(cause);
	}

}
