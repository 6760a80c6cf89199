package io.eventsource.benchmarks;

import org.HdrHistogram.Histogram;

/**
 * What clients have got.
 */
final class Tally {

	private Histogram delays = new Histogram(3);

	private long events;

	private long missing;

	private long repeated;

	private long others;

	/**
	 * Counts an event that is the next one.
	 * @param delay how late it is, in nanoseconds
	 */
	void event(long delay) {
		this.events++;
		this.delays.recordValue(Math.max(0, delay));
	}

	/**
	 * Counts events that were left out.
	 */
	void missing(long count) {
		this.missing += count;
	}

	/**
	 * Counts an event that was there before, or should have been.
	 */
	void countRepeated() {
		this.repeated++;
	}

	/**
	 * Counts an event of the server's own, such as one that tells of a gap.
	 */
	void other() {
		this.others++;
	}

	/**
	 * Starts the delays anew.
	 */
	void forgetDelays() {
		this.delays = new Histogram(3);
	}

	Histogram delays() {
		return this.delays;
	}

	long events() {
		return this.events;
	}

	long missing() {
		return this.missing;
	}

	/**
	 * How many events came twice or out of order.
	 */
	long repeated() {
		return this.repeated;
	}

	long others() {
		return this.others;
	}

}
