package io.eventsource.engine.delivery;

import io.eventsource.GapCause;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.LogId;
import io.eventsource.engine.log.StartPosition;
import org.jspecify.annotations.Nullable;

/**
 * Where a client begins, as long as nothing of the log was taken for it. Events go on to
 * leave the log between the moment when a client gets its place and the moment when it is
 * served for the first time, so the place is looked up again then: the client is told
 * what it misses at that moment, and what follows is copied in the same step. So each
 * connection gets events, however fast they come.
 */
final class Beginning {

	private final StartPosition start;

	private final long live;

	private final long promised;

	private final GapCause cause;

	private Beginning(StartPosition start, long live, long promised, GapCause cause) {
		this.start = start;
		this.live = live;
		this.promised = promised;
		this.cause = cause;
	}

	/**
	 * The beginning of a client that has just come.
	 * @param log the log
	 * @param start the place that it was given
	 * @param live the position of the first event that was published after it came
	 * @param lastEventId the id of the last event that it has, or {@code null}
	 */
	static Beginning of(EventLog log, StartPosition start, long live, @Nullable String lastEventId) {
		if (lastEventId == null) {
			return new Beginning(start, live, live, GapCause.OVERFLOW);
		}
		LogId id = LogId.isOpening(lastEventId) ? LogId.parse(lastEventId) : null;
		// Older events are a bonus for one that was sent nothing yet, too
		long promised = (id != null) ? Math.max(start.position(), Math.min(live, log.ids().position(id)))
				: start.position();
		return new Beginning(start, live, promised, GapCause.EVICTED);
	}

	/**
	 * The beginning of a client that goes on at a place in the midst of its connection.
	 */
	static Beginning at(StartPosition start) {
		return new Beginning(start, start.position(), start.position(), GapCause.OVERFLOW);
	}

	/**
	 * Whether the client gets some of the latest events as a bonus.
	 */
	boolean isReplay() {
		return this.promised == this.live && this.start.position() < this.live;
	}

	/**
	 * The place that the client was given.
	 */
	StartPosition start() {
		return this.start;
	}

	/**
	 * Whether the client must be told that it misses something.
	 */
	boolean hasGap() {
		return this.start.gap() != null;
	}

	/**
	 * The position that the client was given.
	 */
	long position() {
		return this.start.position();
	}

	/**
	 * The position from which on the client must be told what it does not get.
	 */
	long promised() {
		return this.promised;
	}

	/**
	 * The position of the first event that was published after the client came.
	 */
	long live() {
		return this.live;
	}

	/**
	 * From where on the publisher should not run away from the client: what is older than
	 * a gap is not promised to anybody.
	 */
	long due() {
		return hasGap() ? Math.max(this.live, this.start.position()) : this.start.position();
	}

	/**
	 * Where the client begins now.
	 * @param head the position of the oldest event that the log has now
	 * @return the place, with all that the client has missed by now
	 */
	StartPosition resolve(long head) {
		long position = this.start.position();
		if (head <= position) {
			return this.start;
		}
		GapCause gap = this.start.gap();
		if (gap != null) {
			Long missed = this.start.missed();
			return new StartPosition(head, gap, (missed != null) ? missed + head - position : null);
		}
		return (head > this.promised) ? new StartPosition(head, this.cause, head - this.promised)
				: StartPosition.at(head);
	}

	/**
	 * The same beginning, further back for a client that is to get some of the latest
	 * events.
	 */
	Beginning from(long position) {
		return new Beginning(StartPosition.at(position), this.live, this.promised, this.cause);
	}

}
