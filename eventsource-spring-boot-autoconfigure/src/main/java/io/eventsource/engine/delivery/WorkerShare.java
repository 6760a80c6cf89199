package io.eventsource.engine.delivery;

import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Slice;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of one stream share that one worker serves: slices that were taken for
 * one of them, the time for filters, counts, and the position that the publisher waits
 * for. But for the position it belongs to the worker.
 */
final class WorkerShare {

	private final Contention.Share contention;

	private final Runnable signal;

	private final DeliveryCounts counts = new DeliveryCounts();

	private final FilterBudget budget = new FilterBudget();

	private final Floor floor = new Floor();

	/** What was taken last, of everything and without what was overtaken. */
	private @Nullable Slice whole;

	private @Nullable Slice conflated;

	/** What came next in the log when the latest pass began. */
	private long tail;

	/**
	 * Makes what the clients of a worker share.
	 * @param contention counts for how long the publisher waits for these clients
	 * @param signal makes the worker look at its clients
	 */
	WorkerShare(Contention.Share contention, Runnable signal) {
		this.contention = contention;
		this.signal = signal;
	}

	/**
	 * Makes the worker look at these clients. Any thread; never blocks.
	 */
	void signal() {
		this.signal.run();
	}

	/**
	 * What makes the worker look at these clients.
	 */
	Runnable signaller() {
		return this.signal;
	}

	/**
	 * For how long the publisher waits for these clients.
	 */
	Contention.Share contention() {
		return this.contention;
	}

	DeliveryCounts counts() {
		return this.counts;
	}

	/**
	 * For how long filters may be asked in this pass.
	 */
	FilterBudget budget() {
		return this.budget;
	}

	/**
	 * What the publisher waits for.
	 */
	Floor floor() {
		return this.floor;
	}

	/**
	 * Begins a pass.
	 * @param tail what comes next in the log
	 */
	void begin(long tail) {
		this.tail = tail;
		this.budget.begin();
	}

	/**
	 * What came next in the log when the latest pass began.
	 */
	long tail() {
		return this.tail;
	}

	/**
	 * What follows a position, shared by all clients that are there.
	 * @return the slice; {@code null} if the frame there has left the log
	 */
	@Nullable Slice slice(EventLog log, long position, boolean conflating) {
		Slice slice = conflating ? this.conflated : this.whole;
		if (slice == null || slice.from() != position) {
			slice = Slice.of(log, position, conflating, true);
			if (conflating) {
				this.conflated = slice;
			}
			else {
				this.whole = slice;
			}
		}
		return slice;
	}

	/**
	 * Forgets the slices, which keep what may have left the log.
	 */
	void forgetSlices() {
		this.whole = null;
		this.conflated = null;
	}

}
