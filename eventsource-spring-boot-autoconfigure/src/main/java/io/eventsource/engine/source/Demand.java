package io.eventsource.engine.source;

import java.util.Set;

import io.eventsource.BufferSettings;
import io.eventsource.OverflowStrategy;
import io.eventsource.engine.log.EncodedEvent;

/**
 * Determines how many events a publisher is asked for.
 * <p>
 * While there are clients that the publisher should wait for, the publisher is asked for
 * as many events as the log can take before the slowest of them, in number and in bytes.
 * How many fit depends on the bytes of the events in the log that this client has not
 * got, and on the size that the next events may have. That is the size that the settings
 * allow or, for a publisher that emits by itself, twice that of the largest event so far
 * or four times the average of those in the log, whichever is less. A publisher that is
 * driven by time fails without demand, so it needs enough demand for the time until it is
 * asked again. The strict limit applies to publishers that do not: to one that emits
 * inside our calls, to one that was seen to wait for demand, and to one that is to wait
 * for its slowest client (<code>BACKPRESSURE</code>).
 * <p>
 * While there are no such clients, the log drops what it has no room for. A publisher
 * that emits by itself is asked for {@value EventCounts#AHEAD} events in advance, so that
 * one that is driven by time does not fail because nobody listens. One that emits as fast
 * as it is asked gets {@value #EACH_TICK} of them with each tick, and one that emits
 * inside our calls gets one window. A shared publisher that has failed for want of demand
 * nevertheless is asked in advance from then on, whoever listens: its pace cannot be
 * controlled, and <code>overflow</code> decides about clients that are slower.
 */
final class Demand {

	/** The exceptions of Reactor and RxJava for an event that nobody has asked for. */
	private static final Set<String> OVERFLOWS = Set.of("OverflowException", "MissingBackpressureException");

	private static final int AHEAD = EventCounts.AHEAD;

	/** The least number of events that such a publisher may emit with each tick. */
	private static final int EACH_TICK = 1024;

	private final BufferSettings settings;

	/** The number of bytes of the largest event that the settings allow. */
	private final long limit;

	private final SourceLog log;

	private final boolean channel;

	private volatile long largest;

	/** Whether the publisher has failed because it was not asked for enough. */
	private volatile boolean hasty;

	Demand(BufferSettings settings, long limit, SourceLog log, boolean channel) {
		this.settings = settings;
		this.limit = limit;
		this.log = log;
		this.channel = channel;
	}

	/**
	 * Records the size of an event. Called by one thread at a time.
	 */
	void taken(EncodedEvent encoded) {
		if (encoded.weight() > this.largest) {
			this.largest = encoded.weight();
		}
	}

	/**
	 * Records why the publisher has failed. If nobody had asked for the event that it
	 * had, its pace cannot be controlled, and it is asked in advance from now on.
	 */
	void failed(Throwable cause) {
		if (OVERFLOWS.contains(cause.getClass().getSimpleName())
				&& this.settings.overflow() != OverflowStrategy.BACKPRESSURE) {
			this.hasty = true;
		}
	}

	/**
	 * Returns whether so few events are outstanding that more may be asked for.
	 */
	boolean isLow(PublisherSubscription current) {
		return current.outstanding() <= (isUnheard(this.log.floor(), current) ? AHEAD : window(current)) / 2;
	}

	/**
	 * Returns how many events may be asked for now; zero until it is worth a call.
	 * @param tick whether this is a tick, on which publishers without listeners are asked
	 * too
	 */
	long room(PublisherSubscription current, boolean tick) {
		if (this.channel && worth(this.settings.size() - current.outstanding(), window(current)) == 0) {
			// Whatever the clients need
			return 0;
		}
		// Before the tail, so that an event that comes meanwhile is rather counted twice
		long outstanding = current.outstanding();
		long tail = this.log.tail();
		long floor = this.log.floor();
		if (isUnheard(floor, current)) {
			if (tick) {
				current.counts().allow(EACH_TICK);
			}
			return worth(Math.min(AHEAD - outstanding, current.counts().allowed()), AHEAD);
		}
		if (floor == Long.MAX_VALUE && !tick && !this.channel) {
			return 0;
		}
		current.counts().allowAnew(AHEAD);
		long lag = (floor != Long.MAX_VALUE) ? Math.max(0, tail - floor) : 0;
		long room = this.settings.size() - lag;
		if (!this.channel) {
			room = Math.min(room, fitting(current, lag, this.log.room(floor)));
		}
		return worth(room - outstanding, window(current));
	}

	private static long worth(long room, long window) {
		return (room >= Math.max(1, window / 4)) ? room : 0;
	}

	/**
	 * Returns whether the publisher is known to emit by itself, and need not or cannot
	 * wait for any client.
	 */
	private boolean isUnheard(long floor, PublisherSubscription current) {
		return this.hasty
				|| (floor == Long.MAX_VALUE && !this.channel && current.hasEmitted() && !current.isSynchronous());
	}

	/**
	 * Returns how many more events of about the present size fit into the log.
	 */
	long room() {
		return this.log.room() / ((this.largest > 0) ? expected() : this.limit);
	}

	private long window(PublisherSubscription current) {
		long size = this.settings.size();
		return this.channel ? size : Math.min(size, fitting(current, 0, this.settings.memory()));
	}

	/**
	 * Returns how many events fit into the log, which always takes one, whatever its
	 * size.
	 * @param lag the number of events that must stay
	 * @param bytes the number of bytes that are free
	 */
	private long fitting(PublisherSubscription current, long lag, long bytes) {
		boolean pausing = current.isSynchronous() || current.counts().hasWaited()
				|| this.settings.overflow() == OverflowStrategy.BACKPRESSURE;
		long size = (this.largest > 0 && !pausing) ? expected() : this.limit;
		return Math.max((lag == 0) ? 1 : 0, bytes / size);
	}

	/**
	 * Returns the size that the next events will hardly exceed, judging by those so far.
	 */
	private long expected() {
		return Math.max(1, Math.min(this.limit, Math.min(2 * this.largest, 4 * this.log.average())));
	}

}
