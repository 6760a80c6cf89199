package io.eventsource;

import java.time.Duration;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

/**
 * Reads older events from the store of a channel, for clients that come back.
 */
final class StoreHistory implements EventHistory {

	private final EventStore store;

	private final Predicate<String> taken;

	private final Duration timeout;

	/**
	 * Makes a history.
	 * @param taken tells whether this instance has taken the event with an id
	 * @param timeout how long this instance may need to take what the store has
	 */
	StoreHistory(EventStore store, Predicate<String> taken, Duration timeout) {
		this.store = store;
		this.taken = taken;
		this.timeout = timeout;
	}

	@Override
	public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
		List<Event> first = read(lastEventId, limit);
		if (first == null) {
			return null;
		}
		StoreEvents events = new StoreEvents(lastEventId, first, (id) -> read(id, limit), this.taken, this.timeout);
		return StreamSupport.stream(Spliterators.spliteratorUnknownSize(events, Spliterator.ORDERED), false);
	}

	private @Nullable List<Event> read(String id, int limit) {
		try {
			return this.store.after(id, limit);
		}
		catch (RuntimeException ex) {
			throw new HistoryUnavailableException(
					"The store that instances share cannot be read at the moment: " + ex.getMessage(), ex);
		}
	}

	@Override
	public boolean precedes(String id, String other) {
		return this.store.precedes(id, other);
	}

	@Override
	public boolean hasOpaqueIds() {
		return true;
	}

}
