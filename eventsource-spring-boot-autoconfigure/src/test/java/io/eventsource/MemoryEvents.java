package io.eventsource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The events of one channel in memory, for all instances that {@link MemoryEventStore}s
 * stand for. An id is {@code <epoch>-<number>}; the epoch changes if all events are lost.
 */
final class MemoryEvents {

	private static final Pattern FORM = Pattern.compile("([0-9]{1,9})-([1-9][0-9]{0,17})");

	private final int maxLength;

	private final List<Event> events = new ArrayList<>();

	private int epoch = 1;

	/** The number of the event that was added last. */
	private long last;

	private boolean available = true;

	MemoryEvents(int maxLength) {
		this.maxLength = maxLength;
	}

	static boolean isOwn(String id) {
		return FORM.matcher(id).matches();
	}

	synchronized boolean isAvailable() {
		return this.available;
	}

	synchronized void setAvailable(boolean available) {
		this.available = available;
		notifyAll();
	}

	synchronized void lose() {
		this.events.clear();
		this.epoch++;
		this.last = 0;
	}

	/**
	 * Adds an event.
	 * @throws IllegalStateException if the events are not available
	 */
	synchronized void add(Event event) {
		requireAvailable();
		this.last++;
		Event.Builder copy = Event.builder().id(this.epoch + "-" + this.last).type(event.type());
		if (event.data() != null) {
			copy.data(event.data());
		}
		if (event.key() != null) {
			copy.key(event.key());
		}
		if (event.retry() != null) {
			copy.retry(event.retry());
		}
		if (event.comment() != null) {
			copy.comment(event.comment());
		}
		this.events.add(copy.build());
		if (this.events.size() > this.maxLength) {
			this.events.remove(0);
		}
		notifyAll();
	}

	/**
	 * Returns the events after a place; {@code null} if some of them are gone.
	 * @throws IllegalStateException if the events are not available
	 */
	synchronized List<Event> after(Place place, int limit) {
		requireAvailable();
		long first = this.last - this.events.size();
		if (place.epoch() != this.epoch || place.number() < first || place.number() > this.last) {
			return null;
		}
		int from = (int) (place.number() - first);
		return List.copyOf(this.events.subList(from, Math.min(this.events.size(), from + limit)));
	}

	/**
	 * Returns the latest events, at most so many.
	 */
	synchronized List<Event> latest(int count) {
		requireAvailable();
		return List.copyOf(this.events.subList(Math.max(0, this.events.size() - count), this.events.size()));
	}

	/**
	 * Returns the place after the last event.
	 */
	synchronized Place end() {
		return new Place(this.epoch, this.last);
	}

	/**
	 * Returns the place before the first event.
	 */
	synchronized Place beginning() {
		return new Place(this.epoch, this.last - this.events.size());
	}

	/**
	 * Waits for a change, or for a moment.
	 */
	synchronized void await(Duration moment) throws InterruptedException {
		TimeUnit.NANOSECONDS.timedWait(this, moment.toNanos());
	}

	private void requireAvailable() {
		if (!this.available) {
			throw new IllegalStateException("The events are not available");
		}
	}

	/**
	 * A place behind an event.
	 */
	record Place(long epoch, long number) {

		/** Returns the place of an event; {@code null} if the id is not one of ours. */
		static Place of(String id) {
			Matcher matcher = FORM.matcher(id);
			return matcher.matches() ? new Place(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
					: null;
		}

	}

}
