package io.eventsource.engine.delivery;

import io.eventsource.EventClient;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.LogId;
import org.jspecify.annotations.Nullable;

/**
 * By which ids clients know their places in the log of a stream that all share. A client
 * of a stream of its own has no place there that it could come back to: its publisher
 * goes on by its own ids, or begins anew.
 */
final class Placement {

	private Placement() {
	}

	/**
	 * The id for a client that has just been given its place and no event yet, so that it
	 * is not taken for a new one, which misses nothing, when it comes back. What comes
	 * next is one thing, and the latest events that a new client gets first are another:
	 * it gets both then.
	 * @param start where the client starts
	 * @param tail what came next in the log before it had its place
	 * @return the id; {@code null} for a client that has one, or that cannot resume
	 */
	static @Nullable String opening(EventStream stream, EventClient client, EventLog.Start start, long tail) {
		if (client.lastEventId() != null || stream.isPersonal()) {
			return null;
		}
		EventLog log = stream.log();
		boolean replaying = stream.settings().replay().initial() > 0;
		// Known to the history, too, also in the next run of the stream
		boolean lasting = stream.hasHistory() && stream.disclosesIds() && (!replaying || stream.showsAll(client));
		Frame last = lasting ? log.frame(start.position() - 1) : null;
		if (last != null && last.id() != null) {
			return last.id();
		}
		return LogId.ofOpening(log.epoch(), (replaying && !log.hasEnded()) ? tail : start.position());
	}

	/**
	 * The id for a client that has all of a log that has ended, so that it need not come
	 * back.
	 */
	static String end(EventLog log) {
		long tail = log.tail();
		return (tail > 0) ? LogId.ofEvent(log.epoch(), tail - 1) : LogId.ofOpening(log.epoch(), 0);
	}

	/**
	 * Whether a client that was sent all of a log does not know it by an id.
	 * @param displaced whether it was moved to the end of the log and sent nothing of it
	 */
	static boolean isUnknown(EventLog log, boolean displaced) {
		return displaced || log.endsWithGap();
	}

}
