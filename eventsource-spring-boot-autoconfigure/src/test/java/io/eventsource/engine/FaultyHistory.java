package io.eventsource.engine;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.engine.Faults.Place;
import org.jspecify.annotations.Nullable;

/**
 * A history of two events, behind any but the id "gone", that fails where a test wants it
 * to.
 *
 * @param faults where it fails
 */
record FaultyHistory(Faults faults) implements EventHistory {

	@Override
	public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
		if (lastEventId.equals("gone")) {
			return null;
		}
		this.faults.at(Place.HISTORY_AFTER);
		Iterator<Event> events = Stream.of(old("old-1"), old("old-2")).iterator();
		Iterator<Event> faulty = new Iterator<>() {

			@Override
			public boolean hasNext() {
				return events.hasNext();
			}

			@Override
			public Event next() {
				FaultyHistory.this.faults.at(Place.HISTORY_NEXT);
				return events.next();
			}

		};
		return StreamSupport.stream(Spliterators.spliteratorUnknownSize(faulty, Spliterator.ORDERED), false)
			.onClose(() -> this.faults.at(Place.HISTORY_CLOSE));
	}

	private static Event old(String id) {
		return Event.builder().id(id).data("old").build();
	}

}
