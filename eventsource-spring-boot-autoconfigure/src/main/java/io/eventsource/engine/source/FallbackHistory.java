package io.eventsource.engine.source;

import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import org.jspecify.annotations.Nullable;

/**
 * Asks a second history for ids that the first one does not know.
 *
 * @param first the history that is asked first, and that knows whether ids are opaque
 * @param second the history that is asked next
 */
record FallbackHistory(EventHistory first, EventHistory second) implements EventHistory {

	@Override
	public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) throws Exception {
		Stream<Event> events = this.first.after(lastEventId, client, limit);
		return (events != null) ? events : this.second.after(lastEventId, client, limit);
	}

	@Override
	public boolean precedes(String id, String other) {
		return this.first.precedes(id, other) || this.second.precedes(id, other);
	}

	@Override
	public boolean hasOpaqueIds() {
		return this.first.hasOpaqueIds();
	}

}
