package io.eventsource.engine.delivery;

import java.util.concurrent.TimeUnit;

/**
 * How long a worker may ask filters in one pass over its clients. What is left then is
 * done in the next pass, so that heartbeats, deadlines and other streams wait no longer
 * than for this and one call of a filter. Belongs to the worker.
 */
final class FilterBudget {

	private static final long TIME = TimeUnit.MILLISECONDS.toNanos(20);

	/** After how many calls the clock is looked at, at most. */
	private static final int CALLS = 8;

	private long end = System.nanoTime();

	private int calls;

	/** At which call the clock is looked at next. */
	private int next;

	private boolean spent;

	/**
	 * Begins a pass.
	 */
	void begin() {
		this.end = System.nanoTime() + TIME;
		this.spent = false;
		this.calls = 0;
		this.next = 1;
	}

	/**
	 * Counts a call.
	 * @return whether there is time for another
	 */
	boolean spend() {
		this.calls++;
		return !isSpent();
	}

	/**
	 * Whether there is no time left in this pass. The first calls are looked at one by
	 * one, so that those of a slow filter are few.
	 */
	boolean isSpent() {
		if (this.calls >= this.next) {
			this.next = this.calls + Math.min(this.calls, CALLS);
			this.spent |= System.nanoTime() - this.end >= 0;
		}
		return this.spent;
	}

	/**
	 * Whether anybody has found that there was no time left in this pass.
	 */
	boolean wasSpent() {
		return this.spent;
	}

}
