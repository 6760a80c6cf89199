package io.eventsource.engine.source;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.LogMemory;

/**
 * The log of a stream as its publisher sees it: what can be added before the slowest of
 * the clients that the publisher should wait for.
 */
public final class SourceLog {

	private final EventLog log;

	private final LogMemory memory;

	private final LongSupplier floor;

	private final BooleanSupplier clients;

	private final Runnable appended;

	/**
	 * Makes the view of a log.
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
	 * How many bytes can be added before a position.
	 */
	long room(long position) {
		return this.memory.room(position);
	}

	/**
	 * How many bytes can be added before the slowest client.
	 */
	long room() {
		return this.memory.room(floor());
	}

	/**
	 * Whether an event can be added without dropping one that a client needs which the
	 * publisher should wait for.
	 */
	boolean hasRoom(EncodedEvent encoded) {
		long position = floor();
		return position == Long.MAX_VALUE || this.memory.hasRoom(encoded, position);
	}

	/**
	 * Counts the bytes of events that wait to be added.
	 */
	void reserve(long bytes) {
		this.memory.reserve(bytes, floor());
	}

	/**
	 * Counts fewer bytes of events that wait, without a look at what there is room for.
	 */
	void release(long bytes) {
		this.memory.reserve(-bytes, Long.MIN_VALUE);
	}

	boolean has(String id) {
		return this.log.frame(id) != null;
	}

	/**
	 * Adds an event for whose bytes so many were reserved.
	 */
	void append(EncodedEvent encoded, long reserved) {
		this.log.append(encoded, reserved);
		if (!this.memory.stragglers().isEmpty()) {
			this.memory.trim(Math.min(floor(), this.log.tail() - 1));
		}
	}

	/**
	 * Adds a gap in front of what is appended next.
	 */
	void appendGap(EncodedEvent gap) {
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
	 * Has the workers send what was added.
	 */
	void flush() {
		this.appended.run();
	}

}
