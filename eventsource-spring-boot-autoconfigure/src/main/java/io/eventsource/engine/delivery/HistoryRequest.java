package io.eventsource.engine.delivery;

import java.util.Objects;

import io.eventsource.engine.log.LogId;
import io.eventsource.engine.log.StartPosition;

/**
 * The events that one client would miss without a history.
 *
 * @param recipient the client, in whose context the history is to be read
 * @param start where the client would be without a history, and what it would be told
 */
record HistoryRequest(Recipient recipient, StartPosition start) {

	/**
	 * Whether the client misses events, and has an id by which a history can be asked.
	 */
	boolean isNeeded() {
		String id = this.recipient.client().lastEventId();
		return id != null && this.start.gap() != null && !LogId.isOpening(id);
	}

	/**
	 * The id of the last event that the client has.
	 */
	String lastEventId() {
		return Objects.requireNonNull(this.recipient.client().lastEventId(), "a client without an id has no history");
	}

}
