package io.eventsource.engine.delivery;

import io.eventsource.engine.log.Slice;

/**
 * What one worker has sent to the clients of one stream so far. Written by the worker
 * alone.
 */
public final class DeliveryCounts {

	private long delivered;

	private long bytes;

	private long skipped;

	private long replayed;

	private long filtered;

	/** Up to where events were sent to a client, or had been published when one came. */
	private long newest;

	/** The first of the events that this pass was the first to send; -1 for none. */
	private long fresh = -1;

	/**
	 * Counts a slice that one client was sent completely.
	 */
	void delivered(Slice slice) {
		this.delivered += slice.count();
		this.filtered += slice.hidden();
		this.skipped += slice.next() - slice.from() - slice.count() - slice.hidden();
		if (slice.count() > 0 && slice.next() > this.newest) {
			this.fresh = (this.fresh < 0) ? Math.max(this.newest, slice.from()) : this.fresh;
			this.newest = slice.next();
		}
	}

	void sent(int bytes) {
		this.bytes += bytes;
	}

	void skipped(long events) {
		this.skipped += events;
	}

	void replayed(long events) {
		this.replayed += events;
	}

	/**
	 * Takes note that a client has come.
	 * @param tail what came next in the log then
	 */
	void arrived(long tail) {
		this.newest = Math.max(this.newest, tail);
	}

	/**
	 * Takes the position of the first event that was new to all clients in this pass.
	 * @return the position; -1 if there is none
	 */
	long takeFresh() {
		long first = this.fresh;
		this.fresh = -1;
		return first;
	}

	public long delivered() {
		return this.delivered;
	}

	public long bytes() {
		return this.bytes;
	}

	public long skipped() {
		return this.skipped;
	}

	public long replayed() {
		return this.replayed;
	}

	public long filtered() {
		return this.filtered;
	}

}
