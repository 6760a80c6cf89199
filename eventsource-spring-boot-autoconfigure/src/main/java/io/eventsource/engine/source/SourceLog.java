package io.eventsource.engine.source;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.LogMemory;

/**
 * The log of a stream as its publisher sees it: it knows how much can be appended without
 * dropping events that a client still needs for which the publisher should wait.
 */
public final class SourceLog {

	private final EventLog log;

	private final LogMemory memory;

	private final LongSupplier floor;

	private final BooleanSupplier clients;

	private final Runnable appended;

	/**
	 * Creates the view of a log.
	 * @param floor the position of the slowest client that the publisher should wait for;
	 * {@link Long#MAX_VALUE} if there is none
	 * @param clients whether there are any clients
	 * @param appended called once events were added
	 */
	public SourceLog(EventLog log, LongSupplier floor, BooleanSupplier clients, Runnable appended) {
		this.log = log;
		this.memory = log.memory();
		this.floor = floor;
		this.clients = clients;
		this.appended = appended;
	}

	long floor() {
		return this.floor.getAsLong();
	}

	long tail() {
		return this.log.tail();
	}

	long average() {
		return this.memory.average();
	}

	boolean hasClients() {
		return this.clients.getAsBoolean();
	}

	/**
	 * Returns how many bytes can be appended without dropping events from a position on.
	 */
	long room(long position) {
		return this.memory.room(position);
	}

	/**
	 * Returns how many bytes can be appended without dropping events that the slowest
	 * client needs.
	 */
	long room() {
		return this.memory.room(floor());
	}

	/**
	 * Returns whether an event can be appended without dropping one that the slowest
	 * client needs.
	 */
	boolean hasRoom(EncodedEvent encoded) {
		long position = floor();
		return position == Long.MAX_VALUE || this.memory.hasRoom(encoded, position);
	}

	/**
	 * Counts the bytes of events that wait to be appended.
	 */
	void reserve(long bytes) {
		this.memory.reserve(bytes, floor());
	}

	/**
	 * Counts fewer bytes of events that wait, without checking how much room there is.
	 */
	void release(long bytes) {
		this.memory.reserve(-bytes, Long.MIN_VALUE);
	}

	boolean has(String id) {
		return this.log.frame(id) != null;
	}

	/**
	 * Appends an event.
	 * @param reserved the number of bytes that were reserved for the event
	 */
	void append(EncodedEvent encoded, long reserved) {
		this.log.append(encoded, reserved);
		if (!this.memory.stragglers().isEmpty()) {
			this.memory.trim(Math.min(floor(), this.log.tail() - 1));
		}
	}

	/**
	 * Appends a gap.
	 */
	public void appendGap(EncodedEvent gap) {
		this.log.append(gap);
	}

	/**
	 * Puts older events before the first, if no event has come yet.
	 * @param late whether clients may have missed some of them
	 */
	void prepend(List<EncodedEvent> older, boolean late) {
		if (late && this.log.isNew()) {
			// A client that had its place in the empty log, and comes back, may miss some
			this.log.renew();
		}
		this.log.prepend(older);
	}

	/**
	 * Has the workers send what was appended.
	 */
	public void flush() {
		this.appended.run();
	}

}
