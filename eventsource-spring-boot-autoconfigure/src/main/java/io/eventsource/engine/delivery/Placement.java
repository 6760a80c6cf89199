package io.eventsource.engine.delivery;

import io.eventsource.EventClient;
import io.eventsource.GapCause;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.StartPosition;
import io.eventsource.engine.log.StartPositions;
import io.eventsource.engine.runtime.StreamContext;
import org.jspecify.annotations.Nullable;

/**
 * Where the clients of one stream start in its log, and the ids by which they know their
 * places. A client of a stream of its own has no place that it could come back to: its
 * publisher goes on by its own ids, or begins anew.
 */
public final class Placement {

	private final StreamContext context;

	private final EventLog log;

	private final StartPositions positions;

	private final Resumption resumption;

	public Placement(StreamContext context, EventLog log, Resumption resumption) {
		this.context = context;
		this.log = log;
		this.positions = new StartPositions(log);
		this.resumption = resumption;
	}

	/**
	 * Where a client starts: behind the last event that it has, or with some of the
	 * latest.
	 */
	public StartPosition start(@Nullable String lastEventId) {
		StartPosition start = startInLog(lastEventId);
		if (this.resumption.always()) {
			return StartPosition.at(start.position());
		}
		if (start.gap() != GapCause.UNKNOWN) {
			return start;
		}
		if (this.resumption.byOwnIds()) {
			return StartPosition.at(start.position());
		}
		boolean stored = lastEventId != null && this.resumption.storeIds().test(lastEventId);
		return stored ? new StartPosition(start.position(), GapCause.EVICTED, null) : start;
	}

	private StartPosition startInLog(@Nullable String lastEventId) {
		return this.positions.find(lastEventId, this.context.settings().replay().initial());
	}

	/**
	 * Where a client goes on whose position has left the log.
	 * @param seesAll whether it is shown all events
	 */
	public StartPosition skip(long position, boolean seesAll) {
		return this.positions.skip(position, seesAll);
	}

	/**
	 * Whether a client has nothing more to expect: the log has ended, and the client has
	 * all of it.
	 */
	public boolean isOver(@Nullable String lastEventId) {
		return this.positions.isOver(lastEventId, this.context.settings().replay().initial());
	}

	/**
	 * The id for a client that has just been given its place and no event yet, so that it
	 * is not taken for a new one, which misses nothing, when it comes back. What comes
	 * next is one thing, and the latest events that a new client gets first are another:
	 * it gets both then.
	 * @param start where the client starts
	 * @param tail what came next in the log before it had its place
	 * @param lasting whether ids of the publisher's can tell the place, since a history
	 * knows them, too, also in the next run of the stream
	 * @return the id; {@code null} for a client that has one, or that cannot resume
	 */
	@Nullable String openingId(EventClient client, StartPosition start, long tail, boolean lasting) {
		if (client.lastEventId() != null || this.context.personal()) {
			return null;
		}
		Frame last = lasting ? this.log.frame(start.position() - 1) : null;
		if (last != null && last.id() != null) {
			return last.id();
		}
		boolean replaying = this.context.settings().replay().initial() > 0 && !this.log.hasEnded();
		return this.log.ids().opening(replaying ? tail : start.position());
	}

	/**
	 * The id for a client that has all of a log that has ended, so that it need not come
	 * back.
	 */
	String endId() {
		long tail = this.log.tail();
		String last = this.log.ids().before(tail);
		return (last != null) ? last : this.log.ids().opening(tail);
	}

}
