package io.eventsource.autoconfigure;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import org.jspecify.annotations.Nullable;

/**
 * Asks one history after the other, until one knows the id.
 *
 * @param histories the histories
 */
record EventHistories(List<Supplier<EventHistory>> histories) implements EventHistory {

	@Override
	public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) throws Exception {
		for (Supplier<EventHistory> history : this.histories) {
			Stream<Event> events = history.get().after(lastEventId, client, limit);
			if (events != null) {
				return events;
			}
		}
		return null;
	}

	@Override
	public boolean hasOpaqueIds() {
		return this.histories.stream().allMatch((history) -> history.get().hasOpaqueIds());
	}

}
