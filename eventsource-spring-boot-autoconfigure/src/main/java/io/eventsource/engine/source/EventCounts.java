package io.eventsource.engine.source;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the events that one subscription has requested and received. Thread-safe.
 */
final class EventCounts {

	/** How many events are requested in advance while nobody listens. */
	static final int AHEAD = 4096;

	/** How often all requested events may have come by chance. */
	private static final int WAITS = 3;

	private final AtomicLong requested = new AtomicLong();

	private final AtomicLong received = new AtomicLong();

	/** How often all requested events had come. */
	private volatile int dry;

	/** The total number of events that may be requested while nobody listens. */
	private volatile long allowed = AHEAD;

	void requested(long events) {
		this.requested.addAndGet(events);
	}

	/**
	 * Counts an event that was received.
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
	 * Returns the number of events that were requested and have not come yet.
	 */
	long outstanding() {
		return Math.max(0, this.requested.get() - this.received.get());
	}

	/**
	 * Returns whether the publisher was seen to wait for more demand.
	 */
	boolean hasWaited() {
		return this.dry > WAITS;
	}

	/**
	 * Returns how many more events may be requested while nobody listens.
	 */
	long allowed() {
		return this.allowed - this.requested.get();
	}

	/**
	 * Allows at least so many more events to be requested while nobody listens.
	 */
	void allow(long events) {
		this.allowed = Math.max(this.allowed, this.requested.get() + events);
	}

	/**
	 * Allows exactly so many more events to be requested once nobody listens.
	 */
	void allowAnew(long events) {
		this.allowed = this.requested.get() + events;
	}

}
