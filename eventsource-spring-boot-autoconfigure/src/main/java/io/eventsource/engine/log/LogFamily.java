package io.eventsource.engine.log;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the logs of one family of streams share: one sequence, from which all their events
 * take their numbers, so that a number is a place in each of the logs, and the count of
 * the bytes that they hold. Thread-safe.
 */
public final class LogFamily {

	private final String epoch = LogId.newEpoch();

	private final AtomicLong last = new AtomicLong();

	private final AtomicLong bytes = new AtomicLong();

	private final AtomicLong published = new AtomicLong();

	private final boolean ordered;

	/** The number up to which all events are in their logs, if they are in order. */
	private volatile long complete;

	/**
	 * Creates what logs share of which nobody reads several at once.
	 */
	public LogFamily() {
		this(false);
	}

	/**
	 * Creates what logs share.
	 * @param ordered whether an event is in its log before another one gets the next
	 * number, so that events of several logs can be read in the order of their numbers
	 */
	public LogFamily(boolean ordered) {
		this.ordered = ordered;
	}

	/**
	 * Whether an id is that of a place in these logs.
	 */
	public boolean isOf(LogId id) {
		return this.epoch.equals(id.epoch());
	}

	boolean isOrdered() {
		return this.ordered;
	}

	/**
	 * Takes note that an event is in its log, and all that have lower numbers are.
	 */
	void complete(long number) {
		this.complete = number;
	}

	/**
	 * The number up to which all events can be seen in their logs by whoever has read
	 * this; zero unless they are in order.
	 */
	public long complete() {
		return this.complete;
	}

	/**
	 * Names the run of the sequence.
	 */
	String epoch() {
		return this.epoch;
	}

	/**
	 * Takes the next number: at least 1.
	 */
	public long next() {
		return this.last.incrementAndGet();
	}

	/**
	 * The number that was taken last; zero if none was.
	 */
	public long last() {
		return this.last.get();
	}

	/**
	 * Counts so many more, or less, bytes in the logs.
	 */
	void add(long more) {
		this.bytes.addAndGet(more);
	}

	/**
	 * Counts an event that was added behind the others of its log.
	 */
	void appended() {
		this.published.incrementAndGet();
	}

	/**
	 * How many events were ever added behind the others of their logs.
	 */
	public long published() {
		return this.published.get();
	}

	/**
	 * How many bytes the events in all logs take.
	 */
	public long bytes() {
		return this.bytes.get();
	}

}
