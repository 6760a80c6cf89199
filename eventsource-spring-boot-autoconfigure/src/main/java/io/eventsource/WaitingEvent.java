package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * An event for the queue of one subscription, encoded or still to be encoded.
 *
 * @param <E> the form in which the receiver takes events
 * @param queue the queue
 * @param event the event while it is not encoded
 * @param encoded the encoded event
 * @param bytes how many bytes it takes
 */
record WaitingEvent<E>(WaitingEvents<E> queue, @Nullable Event event, @Nullable E encoded, long bytes) {

	boolean hasRoom() {
		return this.queue.hasRoom(this);
	}

	void add() {
		this.queue.add(this);
	}

}
