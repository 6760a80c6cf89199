package io.eventsource;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The newest of the events that are published before the first subscriber comes, which
 * gets them. Guarded by the lock of the channel.
 */
final class EarlyEvents {

	private final int capacity;

	private final Deque<Event> events = new ArrayDeque<>();

	private long bytes;

	private boolean closed;

	EarlyEvents(int capacity) {
		this.capacity = capacity;
	}

	/**
	 * Keeps an event in place of the oldest ones that there is no room for any more.
	 * Keeps nothing once there was a subscriber.
	 */
	void add(Event event) {
		if (this.closed) {
			return;
		}
		long size = event.size();
		while (!this.events.isEmpty()
				&& (this.events.size() >= this.capacity || this.bytes + size > WaitingEvents.MEMORY)) {
			this.bytes -= this.events.remove().size();
		}
		this.events.add(event);
		this.bytes += size;
	}

	/**
	 * Hands the events to the first subscriber.
	 */
	void moveTo(Consumer<Event> subscriber) {
		this.closed = true;
		while (!this.events.isEmpty()) {
			Event event = this.events.remove();
			this.bytes -= event.size();
			subscriber.accept(event);
		}
	}

}
