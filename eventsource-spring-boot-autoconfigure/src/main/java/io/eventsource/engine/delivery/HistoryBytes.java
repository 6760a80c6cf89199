package io.eventsource.engine.delivery;

import java.util.function.LongSupplier;

import io.eventsource.engine.log.LogMemory;

/**
 * The bytes of histories that are on their way to clients, which count as the memory of
 * the stream. Guarded by the turns that they belong to.
 */
final class HistoryBytes {

	private final LogMemory memory;

	private final LongSupplier floor;

	private final long limit;

	private long bytes;

	/** How many of these were read, and how many of those the log counts. */
	private long filled;

	private long reserved;

	/**
	 * Counts no bytes yet.
	 * @param memory the memory of the stream, which has so much less room
	 * @param floor the position of the first event that a client needs
	 * @param limit how many bytes may be on their way
	 */
	HistoryBytes(LogMemory memory, LongSupplier floor, long limit) {
		this.memory = memory;
		this.floor = floor;
		this.limit = limit;
	}

	/**
	 * Whether so many more bytes may be on their way.
	 */
	boolean fits(long more) {
		return this.bytes + more <= this.limit && more <= this.memory.room(this.floor.getAsLong());
	}

	/**
	 * Counts more bytes, or less.
	 * @param bytes how many more may be on their way
	 * @param filled how many more were read
	 */
	void add(long bytes, long filled) {
		this.bytes += bytes;
		this.filled += filled;
		long counted = Math.min(this.filled, this.limit);
		if (counted != this.reserved) {
			this.memory.reserve(counted - this.reserved, this.floor.getAsLong());
			this.reserved = counted;
		}
	}

}
