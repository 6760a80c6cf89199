package io.eventsource;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * The events of a channel that wait for one subscriber. The bytes of those that are
 * encoded are reserved with the receiver. Guarded by the lock of the channel.
 *
 * @param <E> the form in which the receiver takes events
 */
final class WaitingEvents<E> {

	/** How many bytes of events may wait that are not encoded. */
	static final long MEMORY = 16 * 1024 * 1024;

	private final EventReceiver<E> receiver;

	private final Deque<Waiting<E>> events = new ArrayDeque<>();

	private long bytes;

	private long reserved;

	WaitingEvents(EventReceiver<E> receiver) {
		this.receiver = receiver;
	}

	Waiting<E> raw(Event event) {
		return new Waiting<>(this, event, null, event.size());
	}

	Waiting<E> encoded(E encoded) {
		return new Waiting<>(this, null, encoded, this.receiver.size(encoded));
	}

	boolean isEmpty() {
		return this.events.isEmpty();
	}

	int size() {
		return this.events.size();
	}

	long bytes() {
		return this.bytes;
	}

	/**
	 * Whether another event may wait. One may always, however large it is.
	 */
	boolean hasRoom(Waiting<E> event) {
		if (this.events.isEmpty()) {
			return true;
		}
		long sum = this.bytes + event.bytes();
		return (event.encoded() != null) ? this.receiver.admits(sum, this.reserved) : sum <= MEMORY;
	}

	void add(Waiting<E> event) {
		this.events.addLast(event);
		count(event, 1);
	}

	Waiting<E> first() {
		return this.events.element();
	}

	/**
	 * Removes the first event, which is encoded, for the receiver to accept. Its bytes
	 * stay reserved until then.
	 */
	void take() {
		long taken = this.events.remove().bytes();
		this.bytes -= taken;
		this.reserved -= taken;
	}

	/**
	 * Puts the encoded form of the first event in its place.
	 */
	void replaceFirst(E encoded) {
		count(this.events.remove(), -1);
		Waiting<E> event = encoded(encoded);
		this.events.addFirst(event);
		count(event, 1);
	}

	void clear() {
		while (!this.events.isEmpty()) {
			count(this.events.remove(), -1);
		}
	}

	private void count(Waiting<E> event, int sign) {
		long more = sign * event.bytes();
		this.bytes += more;
		if (event.encoded() != null) {
			this.reserved += more;
			this.receiver.reserve(more);
		}
	}

	/**
	 * An event for a queue, encoded or still to be encoded.
	 *
	 * @param <E> the form in which the receiver takes events
	 * @param queue the queue
	 * @param event the event while it is not encoded
	 * @param encoded the encoded event
	 * @param bytes how many bytes it takes
	 */
	record Waiting<E>(WaitingEvents<E> queue, @Nullable Event event, @Nullable E encoded, long bytes) {

		boolean hasRoom() {
			return this.queue.hasRoom(this);
		}

		void add() {
			this.queue.add(this);
		}

	}

}
