package io.eventsource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.eventsource.TopicStore.End;

/**
 * The events of one channel or topic in memory, for all instances that
 * {@link MemoryEventStore}s stand for. An id is {@code <epoch>-<number>}; the epoch
 * changes if all events are lost.
 */
final class MemoryEvents {

	private static final Pattern FORM = Pattern.compile("([0-9]{1,9})-([1-9][0-9]{0,17})");

	private final int maxLength;

	private final LongSupplier numbers;

	private final List<Event> events = new ArrayList<>();

	private int epoch = 1;

	/** The number of the event that was removed last. */
	private long removed;

	private boolean available = true;

	/** How the topic has ended. */
	private End end;

	MemoryEvents(int maxLength) {
		this(maxLength, new AtomicLong()::incrementAndGet);
	}

	/**
	 * Makes an empty topic.
	 * @param numbers the numbers of the events, which grow
	 */
	MemoryEvents(int maxLength, LongSupplier numbers) {
		this.maxLength = maxLength;
		this.numbers = numbers;
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
		this.removed = 0;
	}

	/**
	 * Returns how the topic has ended; {@code null} if it has not.
	 */
	synchronized End end() {
		return this.end;
	}

	/**
	 * Adds nothing more.
	 */
	synchronized void finish(End end) {
		this.end = end;
		notifyAll();
	}

	synchronized boolean isEmpty() {
		return this.events.isEmpty();
	}

	/**
	 * Adds an event.
	 * @throws IllegalStateException if the events are not available
	 */
	synchronized void add(Event event) {
		requireAvailable();
		Event.Builder copy = Event.builder().id(this.epoch + "-" + this.numbers.getAsLong()).type(event.type());
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
			this.removed = number(this.events.remove(0));
		}
		notifyAll();
	}

	/**
	 * Returns the events after a place; {@code null} if some of them are gone.
	 * @throws IllegalStateException if the events are not available
	 */
	synchronized List<Event> after(Place place, int limit) {
		requireAvailable();
		int from = (place.number() == this.removed) ? 0 : indexOf(place.number()) + 1;
		if (place.epoch() != this.epoch || (from == 0 && place.number() != this.removed)) {
			return null;
		}
		return List.copyOf(this.events.subList(from, Math.min(this.events.size(), from + limit)));
	}

	private int indexOf(long number) {
		return this.events.stream().map(MemoryEvents::number).toList().indexOf(number);
	}

	private static long number(Event event) {
		return Place.of(event.id()).number();
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
	synchronized Place newest() {
		int size = this.events.size();
		return new Place(this.epoch, (size > 0) ? number(this.events.get(size - 1)) : this.removed);
	}

	/**
	 * Returns the place before the first event.
	 */
	synchronized Place beginning() {
		return new Place(this.epoch, this.removed);
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
