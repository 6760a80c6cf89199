package io.eventsource;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The ring of encoded frames of one stream: broadcast, replay, the bound on memory, and
 * the measure of how far a client lags.
 * <p>
 * Appended to under a lock by the publisher; read by the workers without one. A reader
 * that is overtaken while it reads finds another frame, or none, in the slot, and knows
 * it by the sequence number.
 */
final class EventLog {

	/** The most bytes that the line of a generated id takes. */
	private static final int MAX_ID_LINE = 64;

	private final String epoch = newEpoch();

	private final AtomicReferenceArray<@Nullable Frame> ring;

	private final long memory;

	private final Map<String, Frame> framesById = new ConcurrentHashMap<>();

	/** How many bytes were taken in all, and how many of them were let go again. */
	private long taken;

	private long released;

	private volatile long head;

	private volatile long tail;

	private volatile boolean ended;

	EventLog(int capacity, long memory) {
		this.ring = new AtomicReferenceArray<>(capacity);
		this.memory = memory;
	}

	private static String newEpoch() {
		return Long.toString(System.currentTimeMillis(), 36)
				+ Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36, 36 * 36 * 36), 36);
	}

	/**
	 * Adds an event behind the newest, and drops the oldest ones that there is no room
	 * for any more. Does nothing once the log has ended.
	 */
	synchronized void append(EncodedEvent encoded) {
		if (this.ended) {
			return;
		}
		long sequence = this.tail;
		Frame frame = FrameEncoder.frame(encoded, this.epoch, sequence, this.taken);
		this.taken = frame.end();
		while (sequence - this.head >= this.ring.length()
				|| (this.taken - this.released > this.memory && this.head < sequence)) {
			evict(this.head);
		}
		this.ring.set(slot(sequence), frame);
		if (frame.id() != null) {
			this.framesById.put(frame.id(), frame);
		}
		this.tail = sequence + 1;
	}

	private void evict(long sequence) {
		// First the head, so that no reader takes an empty slot for one not yet filled
		this.head = sequence + 1;
		Frame frame = this.ring.getAndSet(slot(sequence), null);
		if (frame != null) {
			this.released = frame.end();
			if (frame.id() != null) {
				this.framesById.remove(frame.id(), frame);
			}
		}
	}

	/**
	 * Marks that nothing will follow the newest event.
	 */
	synchronized void end() {
		this.ended = true;
	}

	boolean hasEnded() {
		return this.ended;
	}

	/**
	 * The position of the oldest event kept.
	 */
	long head() {
		return this.head;
	}

	/**
	 * The position of the event that will come next.
	 */
	long tail() {
		return this.tail;
	}

	int capacity() {
		return this.ring.length();
	}

	/**
	 * The frame at a position below the tail, or {@code null} if it has left the log.
	 */
	@Nullable Frame frame(long sequence) {
		Frame frame = this.ring.get(slot(sequence));
		return (frame != null && frame.sequence() == sequence) ? frame : null;
	}

	/**
	 * Whether an event can be added without dropping any from a position on.
	 */
	boolean hasRoom(EncodedEvent encoded, long position) {
		long tail = this.tail;
		Frame first = (position < tail) ? frame(position) : null;
		Frame newest = (position < tail) ? frame(tail - 1) : null;
		if (first == null || newest == null) {
			return position >= tail;
		}
		long kept = newest.end() - first.end() + first.bytes().length;
		return kept + encoded.body().length + MAX_ID_LINE <= this.memory;
	}

	/**
	 * Where a client starts that says it has the event of the given id; without one, with
	 * what comes next, or with all that was kept if nothing will come.
	 */
	Start start(@Nullable String lastEventId) {
		if (lastEventId == null) {
			return new Start(this.ended ? this.head : this.tail, null, null);
		}
		Frame frame = this.framesById.get(lastEventId);
		if (frame != null) {
			return new Start(frame.sequence() + 1, null, null);
		}
		int dash = lastEventId.lastIndexOf('-');
		long sequence = (dash > 0) ? parse(lastEventId, dash + 1) : -1;
		if (sequence < 0) {
			return new Start(this.head, GapCause.UNKNOWN, null);
		}
		if (!lastEventId.startsWith(this.epoch) || dash != this.epoch.length()) {
			return new Start(this.head, (dash == this.epoch.length()) ? GapCause.RESTARTED : GapCause.UNKNOWN, null);
		}
		long oldest = this.head;
		if (sequence >= this.tail) {
			return new Start(oldest, GapCause.UNKNOWN, null);
		}
		if (sequence + 1 < oldest) {
			return new Start(oldest, GapCause.EVICTED, oldest - sequence - 1);
		}
		return new Start(sequence + 1, null, null);
	}

	private static long parse(String id, int from) {
		if (from == id.length() || id.length() - from > 18) {
			return -1;
		}
		long value = 0;
		for (int i = from; i < id.length(); i++) {
			int digit = id.charAt(i) - '0';
			if (digit < 0 || digit > 9) {
				return -1;
			}
			value = value * 10 + digit;
		}
		return value;
	}

	private int slot(long sequence) {
		return (int) (sequence % this.ring.length());
	}

	/**
	 * Where a client starts, and what it must be told first.
	 *
	 * @param position the position of the first event it gets
	 * @param gap why something is missing, or {@code null} if nothing is
	 * @param missed how many events are missing, where that is known
	 */
	record Start(long position, @Nullable GapCause gap, @Nullable Long missed) {

	}

}
