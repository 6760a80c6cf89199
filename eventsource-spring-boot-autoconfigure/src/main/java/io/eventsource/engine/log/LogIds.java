package io.eventsource.engine.log;

import io.eventsource.GapCause;
import org.jspecify.annotations.Nullable;

/**
 * The ids that a log gives to its events, and the places that they stand for. An id is
 * the number of the event: its position where the log stands alone, or else a number of
 * the {@linkplain LogFamily family}'s sequence, in which events of other logs come
 * between. Changed under the lock of the log, read without it.
 */
final class LogIds {

	private final EventLog log;

	private final @Nullable LogFamily family;

	private volatile String epoch;

	/**
	 * The number below which a place, and up to which an event, is not known any more.
	 */
	private volatile long lost;

	/**
	 * Makes the ids of a log.
	 * @param origin what numbers the events, or {@code null} if their positions do
	 */
	LogIds(EventLog log, @Nullable LogOrigin origin) {
		this.log = log;
		this.family = (origin != null) ? origin.family() : null;
		this.lost = (origin != null) ? origin.lost() : -1;
		this.epoch = (origin != null) ? origin.family().epoch() : LogId.newEpoch();
	}

	String epoch() {
		return this.epoch;
	}

	/**
	 * Takes the number for the event that comes to a position.
	 */
	long take(long position) {
		return (this.family != null) ? this.family.next() : position;
	}

	/**
	 * Takes note that an event has left the log.
	 */
	void evicted(Frame frame) {
		this.lost = frame.number();
	}

	/**
	 * The highest number of an event that has left the log.
	 */
	long lost() {
		return this.lost;
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
	@Nullable String before(long position) {
		if (this.family == null) {
			return (position > 0) ? LogId.ofEvent(this.epoch, position - 1) : null;
		}
		Frame last = this.log.frame(position - 1);
		return (last != null) ? LogId.ofEvent(this.epoch, last.number()) : null;
	}

	/**
	 * The id of a client that has no event yet, and is to get those from a position on.
	 * Called under the lock of the log.
	 */
	String opening(long position) {
		if (this.family == null) {
			return LogId.ofOpening(this.epoch, position);
		}
		if (position >= this.log.tail()) {
			return LogId.ofOpening(this.epoch, this.family.last() + 1);
		}
		Frame next = this.log.frame(position);
		// One that has left already is missed by whoever comes back
		return LogId.ofOpening(this.epoch, (next != null) ? next.number() : 0);
	}

	/**
	 * Where a client starts that says it has the event of an id of this or another log.
	 */
	EventLog.Start start(LogId id, int initialReplay) {
		long oldest = this.log.head();
		if (!id.epoch().equals(this.epoch)) {
			return new EventLog.Start(oldest, GapCause.RESTARTED, null);
		}
		long position = position(id);
		long tail = this.log.tail();
		if (id.next() > end(tail)) {
			return new EventLog.Start(oldest, GapCause.UNKNOWN, null);
		}
		if (isLost(id, oldest)) {
			return new EventLog.Start(oldest, GapCause.EVICTED, (this.family == null) ? oldest - id.next() : null);
		}
		return EventLog.Start.at(id.opening() ? Math.min(position, Math.max(oldest, tail - initialReplay)) : position);
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
	long position(LogId id) {
		if (this.family == null) {
			return id.next();
		}
		long low = this.log.head();
		long high = this.log.tail();
		while (low < high) {
			long middle = (low + high) >>> 1;
			Frame frame = this.log.frame(middle);
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
