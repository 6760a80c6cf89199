package io.eventsource.autoconfigure;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import org.jspecify.annotations.Nullable;

/**
 * Asks one history after the other until one knows the id.
 *
 * @param histories the histories
 */
record EventHistories(List<Supplier<@Nullable EventHistory>> histories) implements EventHistory {

	@Override
	public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) throws Exception {
		for (Supplier<@Nullable EventHistory> each : this.histories) {
			EventHistory history = each.get();
			Stream<Event> events = (history != null) ? history.after(lastEventId, client, limit) : null;
			if (events != null) {
				return events;
			}
		}
		return null;
	}

	@Override
	public boolean precedes(String id, String other) {
		return this.histories.stream()
			.map(Supplier::get)
			.filter(Objects::nonNull)
			.anyMatch((history) -> history.precedes(id, other));
	}

	@Override
	public boolean hasOpaqueIds() {
		return this.histories.stream().map(Supplier::get).filter(Objects::nonNull).allMatch(EventHistory::hasOpaqueIds);
	}

}
