package io.eventsource.engine.delivery;

import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.StartPosition;
import org.jspecify.annotations.Nullable;

/**
 * Where a client goes on that the history could not give all it has missed: with what the
 * log has, except for events that came before the last one that the client has.
 *
 * @param log the log
 * @param start where the client would be without a history, and what it would be told
 * @param query knows the order of ids
 */
record HistoryGap(EventLog log, StartPosition start, HistoryQuery query) {

	/**
	 * Returns the place.
	 * @param lastId the id of the last event that the client has
	 * @param count how many events of the history it was given
	 */
	StartPosition behind(String lastId, int count) {
		long oldest = this.log.head();
		long position = behindOlder(oldest, lastId);
		Long missed = this.start.missed();
		if (missed == null || count > 0 || position > oldest) {
			return new StartPosition(position, this.start.gap(), null);
		}
		return new StartPosition(oldest, this.start.gap(), missed + oldest - this.start.position());
	}

	/**
	 * Returns the position behind the events that came before the last one. Gap events
	 * among them have no id; where ids are lower than before, the events have begun anew.
	 */
	private long behindOlder(long oldest, String lastId) {
		long position = oldest;
		String previous = null;
		long next = oldest;
		for (Frame frame = this.log.frame(next); frame != null; frame = this.log.frame(next)) {
			next++;
			String id = frame.id();
			if (id != null && (!precedes(id, lastId) || (previous != null && precedes(id, previous)))) {
				break;
			}
			previous = (id != null) ? id : previous;
			position = (id != null) ? next : position;
		}
		return position;
	}

	private boolean precedes(@Nullable String id, String lastId) {
		String suffix = this.log.ids().suffix();
		return id != null && id.endsWith(suffix)
				&& this.query.precedes(id.substring(0, id.length() - suffix.length()), lastId);
	}

}
