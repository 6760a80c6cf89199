package io.eventsource.engine.source;

import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import org.jspecify.annotations.Nullable;

/**
 * A history that asks another one for what it does not know itself.
 *
 * @param first the history that is asked first, and decides what ids look like
 * @param second the history that is asked for what the first does not know
 */
record FallbackHistory(EventHistory first, EventHistory second) implements EventHistory {

	@Override
	public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) throws Exception {
		Stream<Event> events = this.first.after(lastEventId, client, limit);
		return (events != null) ? events : this.second.after(lastEventId, client, limit);
	}

	@Override
	public boolean hasOpaqueIds() {
		return this.first.hasOpaqueIds();
	}

}
