package io.eventsource.engine.source;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many events one subscription has asked for, and how many have come. Thread-safe.
 */
final class EventCounts {

	/** How many events a publisher is ahead that nobody listens to. */
	static final int AHEAD = 4096;

	/** So often a publisher may be out of demand by chance. */
	private static final int WAITS = 3;

	private final AtomicLong requested = new AtomicLong();

	private final AtomicLong received = new AtomicLong();

	/** How often all that was asked for had come. */
	private volatile int dry;

	/** Up to how many in all may be asked for while nobody listens. */
	private volatile long allowed = AHEAD;

	void requested(long events) {
		this.requested.addAndGet(events);
	}

	/**
	 * Counts an event that has come.
	 * @return whether it is the first
	 */
	boolean received() {
		boolean first = this.received.incrementAndGet() == 1;
		if (this.dry <= WAITS && outstanding() == 0) {
			this.dry++;
		}
		return first;
	}

	boolean hasReceived() {
		return this.received.get() > 0;
	}

	/**
	 * How many events were asked for that have not come yet.
	 */
	long outstanding() {
		return Math.max(0, this.requested.get() - this.received.get());
	}

	/**
	 * Whether the publisher has been seen to wait until it was asked for more.
	 */
	boolean hasWaited() {
		return this.dry > WAITS;
	}

	/**
	 * How many events may be asked for yet while nobody listens.
	 */
	long allowed() {
		return this.allowed - this.requested.get();
	}

	/**
	 * Allows so many more events while nobody listens, unless that many are allowed.
	 */
	void allow(long events) {
		this.allowed = Math.max(this.allowed, this.requested.get() + events);
	}

	/**
	 * Begins to count anew how many events may be asked for once nobody listens.
	 */
	void allowAnew(long events) {
		this.allowed = this.requested.get() + events;
	}

}
