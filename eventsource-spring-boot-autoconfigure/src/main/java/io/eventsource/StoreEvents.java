package io.eventsource;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The events of a store that follow one event, read a page at a time. Ends at an event
 * that this instance has taken, so that a client that goes on there gets nothing twice
 * and misses nothing; if the instance lags behind the store, the end is waited for.
 */
final class StoreEvents implements Iterator<Event> {

	private static final long PAUSE = 10;

	private final Queue<Event> page;

	private final Function<String, @Nullable List<Event>> store;

	private final Predicate<String> taken;

	private final Duration timeout;

	/** The id of the last event that was read. */
	private String last;

	/**
	 * Makes the events.
	 * @param id the id of the event that they follow
	 * @param first the first page
	 * @param store returns the page after an id; {@code null} if it has none
	 * @param taken tells whether this instance has taken the event with an id
	 * @param timeout how long this instance may need to take what the store has
	 */
	StoreEvents(String id, List<Event> first, Function<String, @Nullable List<Event>> store, Predicate<String> taken,
			Duration timeout) {
		this.last = id;
		this.page = new ArrayDeque<>(first);
		this.store = store;
		this.taken = taken;
		this.timeout = timeout;
	}

	@Override
	public boolean hasNext() {
		long begun = System.nanoTime();
		while (this.page.isEmpty() && !this.taken.test(this.last)) {
			List<Event> next = this.store.apply(this.last);
			if (next == null) {
				// Evicted meanwhile; whoever asks again finds that out
				return false;
			}
			this.page.addAll(next);
			if (next.isEmpty()) {
				pause(begun);
			}
		}
		return !this.page.isEmpty();
	}

	private void pause(long begun) {
		if (System.nanoTime() - begun > this.timeout.toNanos()) {
			throw new HistoryUnavailableException(
					"This instance has not taken what the store has within " + this.timeout, null);
		}
		try {
			TimeUnit.MILLISECONDS.sleep(PAUSE);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new HistoryUnavailableException("Interrupted while waiting for events of the store", ex);
		}
	}

	@Override
	public Event next() {
		Event event = this.page.remove();
		if (event.id() != null) {
			this.last = event.id();
		}
		return event;
	}

}
