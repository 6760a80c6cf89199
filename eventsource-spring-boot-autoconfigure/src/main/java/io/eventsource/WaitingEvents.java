package io.eventsource;

import java.util.ArrayDeque;
import java.util.Deque;

import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.source.Upstream;
import org.jspecify.annotations.Nullable;

/**
 * The events of a channel that wait for one subscriber, with their bytes, which count as
 * the stream's where the subscriber is one. Guarded by the lock of the channel.
 */
public final class WaitingEvents {

	/** How many bytes may wait where no stream says how many. */
	static final long MEMORY = 16 * 1024 * 1024;

	private final @Nullable Upstream stream;

	private final Deque<Item> items = new ArrayDeque<>();

	private long bytes;

	/** How many of them are of events that are not encoded yet, and not the stream's. */
	private long raw;

	/**
	 * Makes an empty queue.
	 * @param stream the stream that subscribes; {@code null} if it is something else
	 */
	WaitingEvents(@Nullable Upstream stream) {
		this.stream = stream;
	}

	boolean isEmpty() {
		return this.items.isEmpty();
	}

	public int size() {
		return this.items.size();
	}

	long bytes() {
		return this.bytes;
	}

	/**
	 * Whether another event may wait. One may always, however large it is.
	 */
	boolean hasRoom(Object event) {
		if (this.items.isEmpty()) {
			return true;
		}
		return (this.stream != null && event instanceof EncodedEvent encoded)
				? this.stream.admits(encoded.weight() + this.raw) : this.bytes + size(event) <= MEMORY;
	}

	void add(Object event) {
		Item item = new Item(event, size(event));
		this.items.addLast(item);
		count(item, 1);
	}

	Object element() {
		return this.items.element().event();
	}

	Object remove() {
		Item item = this.items.remove();
		count(item, -1);
		return item.event();
	}

	/**
	 * Takes the first event for the log, which counts it as waiting until it has it.
	 */
	Object take() {
		Item item = this.items.remove();
		this.bytes -= item.bytes();
		return item.event();
	}

	/**
	 * Puts the encoded form of the first event in its place.
	 */
	void encoded(EncodedEvent encoded) {
		remove();
		Item item = new Item(encoded, size(encoded));
		this.items.addFirst(item);
		count(item, 1);
	}

	void clear() {
		while (!this.items.isEmpty()) {
			remove();
		}
	}

	private void count(Item item, int sign) {
		this.bytes += sign * item.bytes();
		if (!(item.event() instanceof EncodedEvent)) {
			this.raw += sign * item.bytes();
		}
		else if (this.stream != null) {
			this.stream.reserve(sign * item.bytes());
		}
	}

	/**
	 * How many bytes an event takes; of one whose data is no text that is not known
	 * before it is written.
	 */
	public static long size(Object event) {
		if (event instanceof EncodedEvent encoded) {
			return encoded.weight();
		}
		long size = EncodedEvent.OVERHEAD;
		if (event instanceof Event plain) {
			size += (plain.data() instanceof CharSequence text) ? text.length() : 0;
			size += (plain.comment() != null) ? plain.comment().length() : 0;
		}
		return size;
	}

	/**
	 * One event.
	 *
	 * @param event an {@link Event} or {@link EncodedEvent}
	 * @param bytes its bytes when it came
	 */
	private record Item(Object event, long bytes) {

	}

}
