package io.eventsource.engine.log;

import io.eventsource.GapCause;
import org.jspecify.annotations.Nullable;

/**
 * Finds the positions in a log at which clients start, by the id of the last event that
 * they have, and at which those go on that have fallen out of the log. Thread-safe.
 */
public final class StartPositions {

	private final EventLog log;

	public StartPositions(EventLog log) {
		this.log = log;
	}

	/**
	 * Where a client starts that says it has the event of the given id; without one, some
	 * events before what comes next. If nothing will come, and nothing was said about how
	 * many these are, it starts with all that was kept.
	 */
	public StartPosition find(@Nullable String lastEventId, int initialReplay) {
		if (lastEventId == null) {
			long oldest = this.log.head();
			boolean all = initialReplay == 0 && this.log.hasEnded();
			return StartPosition.at(all ? oldest : Math.max(oldest, this.log.tail() - initialReplay));
		}
		Frame frame = this.log.frame(lastEventId);
		if (frame != null) {
			return StartPosition.at(frame.sequence() + 1);
		}
		LogId id = LogId.parse(lastEventId);
		if (id == null) {
			return new StartPosition(this.log.head(), GapCause.UNKNOWN, null);
		}
		return this.log.ids().start(id, initialReplay);
	}

	/**
	 * Whether a client has nothing more to expect: the log has ended, and the client has
	 * all of it.
	 */
	public boolean isOver(@Nullable String lastEventId, int initialReplay) {
		StartPosition start = find(lastEventId, initialReplay);
		return start.gap() == null && this.log.isOver(start.position());
	}

	/**
	 * Where a client goes on whose position has left the log: with what the log still
	 * has, or, so that it does not fall out again at once, in the middle of it. Where
	 * newer events stand for older ones, it has missed only what none stands for; unless
	 * it does not see all of them.
	 */
	public StartPosition skip(long position, boolean seesAll) {
		long oldest = this.log.head();
		Conflation conflation = this.log.conflation();
		if (conflation.isEnabled()) {
			return (conflation.hasLost(position) || !seesAll) ? new StartPosition(oldest, GapCause.OVERFLOW, null)
					: StartPosition.at(oldest);
		}
		long middle = oldest + (this.log.tail() - oldest) / 2;
		return new StartPosition(middle, GapCause.OVERFLOW, middle - position);
	}

}
