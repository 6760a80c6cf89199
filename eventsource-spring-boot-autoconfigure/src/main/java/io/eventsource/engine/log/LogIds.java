package io.eventsource.engine.log;

import io.eventsource.GapCause;
import org.jspecify.annotations.Nullable;

/**
 * The ids that a log gives to its events, and the places that they stand for. An id is
 * the number of the event: its position where the log stands alone, or else a number of
 * the {@linkplain LogFamily family}'s sequence, in which events of other logs come
 * between. Changed under the monitor of the log's memory, read without it.
 */
public final class LogIds {

	private final FrameRing ring;

	private final Object monitor;

	private final @Nullable LogFamily family;

	private final String suffix;

	private volatile String epoch;

	/**
	 * The number below which a place, and up to which an event, is not known any more.
	 */
	private volatile long lost;

	/**
	 * Makes the ids of a log.
	 * @param ring the events of the log
	 * @param origin what numbers the events, or {@code null} if their positions do
	 * @param monitor guards the log and this object
	 */
	LogIds(FrameRing ring, @Nullable LogOrigin origin, Object monitor) {
		this.ring = ring;
		this.monitor = monitor;
		this.family = (origin != null) ? origin.family() : null;
		this.suffix = (origin != null) ? origin.suffix() : "";
		this.lost = (origin != null) ? origin.lost() : -1;
		this.epoch = (origin != null) ? origin.family().epoch() : LogId.newEpoch();
	}

	String epoch() {
		return this.epoch;
	}

	/**
	 * What follows the ids of events, whoever has given them.
	 */
	public String suffix() {
		return this.suffix;
	}

	/**
	 * What is to be locked while an event gets its place, under the monitor.
	 */
	Object order() {
		return (this.family != null && this.family.isOrdered()) ? this.family : this.monitor;
	}

	/**
	 * The place of the event that comes to a position.
	 * @param origin where it comes from; {@code null} if it is new
	 */
	FramePlace take(long position, @Nullable FrameOrigin origin) {
		return new FramePlace(position, this.epoch, (origin != null) ? origin.number() : next(position), this.suffix);
	}

	private long next(long position) {
		return (this.family != null) ? this.family.next() : position;
	}

	/**
	 * Takes note that an event has left the log.
	 */
	void evicted(Frame frame) {
		this.lost = frame.number();
	}

	/**
	 * The highest number of an event that the log has, or has had.
	 */
	public long lastNumber() {
		synchronized (this.monitor) {
			Frame newest = this.ring.frame(this.ring.tail() - 1);
			return (newest != null) ? newest.number() : this.lost;
		}
	}

	/**
	 * Has no id of up to now be taken for a place behind which nothing is missing.
	 */
	void renew() {
		if (this.family != null) {
			this.lost = this.family.next();
		}
		else {
			this.epoch = LogId.newEpoch();
		}
	}

	/**
	 * The id of a client that has all events before a position.
	 * @return the id, or {@code null} if no event before it is known
	 */
	public @Nullable String before(long position) {
		if (this.family == null) {
			return (position > 0) ? LogId.ofEvent(this.epoch, position - 1) : null;
		}
		Frame last = this.ring.frame(position - 1);
		return (last != null) ? LogId.ofEvent(this.epoch, last.number()) : null;
	}

	/**
	 * The id of a client that has no event yet, and is to get those from a position on.
	 */
	public String opening(long position) {
		if (this.family == null) {
			return LogId.ofOpening(this.epoch, position);
		}
		synchronized (this.monitor) {
			return openingInFamily(this.family, position);
		}
	}

	private String openingInFamily(LogFamily family, long position) {
		if (position >= this.ring.tail()) {
			return LogId.ofOpening(this.epoch, family.last() + 1);
		}
		Frame next = this.ring.frame(position);
		// One that has left already is missed by whoever comes back
		return LogId.ofOpening(this.epoch, (next != null) ? next.number() : 0);
	}

	/**
	 * Where a client starts that says it has the event of an id of this or another log.
	 */
	StartPosition start(LogId id, int initialReplay) {
		long oldest = this.ring.head();
		if (!id.epoch().equals(this.epoch)) {
			return new StartPosition(oldest, GapCause.RESTARTED, null);
		}
		long position = position(id);
		long tail = this.ring.tail();
		if (id.next() > end(tail)) {
			return new StartPosition(oldest, GapCause.UNKNOWN, null);
		}
		if (isLost(id, oldest)) {
			return new StartPosition(oldest, GapCause.EVICTED, (this.family == null) ? oldest - id.next() : null);
		}
		return StartPosition.at(id.opening() ? Math.min(position, Math.max(oldest, tail - initialReplay)) : position);
	}

	/** The number that comes next. */
	private long end(long tail) {
		return (this.family != null) ? this.family.last() + 1 : tail;
	}

	private boolean isLost(LogId id, long oldest) {
		return (this.family != null) ? id.next() <= this.lost : id.next() < oldest;
	}

	/**
	 * The position of the first event, of now or of later, that a client does not have.
	 */
	public long position(LogId id) {
		if (this.family == null) {
			return id.next();
		}
		long low = this.ring.head();
		long high = this.ring.tail();
		while (low < high) {
			long middle = (low + high) >>> 1;
			Frame frame = this.ring.frame(middle);
			// One that has left meanwhile is older than all others
			if (frame == null || frame.number() < id.next()) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		return low;
	}

}
