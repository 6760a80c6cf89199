package io.eventsource.engine.source;

import java.util.Set;

import io.eventsource.BufferSettings;
import io.eventsource.OverflowStrategy;
import io.eventsource.engine.log.EncodedEvent;

/**
 * How many events a publisher is asked for.
 * <p>
 * While there are clients that the publisher should wait for, that is what the log has
 * room for before the slowest of them, in number and in bytes. How many more events fit
 * follows from the bytes that stand in the log from that client on, and from how large
 * the next events may be: as large as the settings allow, or, for publishers that emit by
 * themselves, twice the largest so far or four times the average of those in the log,
 * whichever is less. A publisher that is driven by time fails without demand, so it needs
 * enough of it to bridge a pause of ours. One that emits inside our calls cannot be
 * paused by us in that way, one that was out of demand before can wait, and one that is
 * to wait for its slowest client (<code>BACKPRESSURE</code>) must not be asked for too
 * much: these get the strict bound.
 * <p>
 * While there are no such clients, no event is worth waiting for, and the log drops what
 * has no room. A publisher that emits by itself is kept ahead by
 * {@value EventCounts#AHEAD} events, so that none that is driven by time fails because
 * nobody listens; one that emits as fast as it is asked gets {@value #EACH_TICK} of them
 * with each tick, and one that emits inside our calls gets one window. A shared publisher
 * that has failed all the same for want of demand is kept ahead whoever listens: it
 * cannot be paced, and clients that are slower fall under <code>overflow</code>.
 */
final class Demand {

	/** What Reactor and RxJava call it if an event comes that nobody has asked for. */
	private static final Set<String> OVERFLOWS = Set.of("OverflowException", "MissingBackpressureException");

	private static final int AHEAD = EventCounts.AHEAD;

	/** How many such a publisher may emit with each tick of 100 ms, at least. */
	private static final int EACH_TICK = 1024;

	private final BufferSettings settings;

	/** How many bytes the largest event takes that the settings allow. */
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
	 * Takes note of how large an event is. Called by one thread at a time.
	 */
	void taken(EncodedEvent encoded) {
		if (encoded.weight() > this.largest) {
			this.largest = encoded.weight();
		}
	}

	/**
	 * Takes note of why the publisher has failed. Where it says that nobody had asked for
	 * the event that it had, it cannot be paced, and is kept ahead from now on.
	 */
	void failed(Throwable cause) {
		if (OVERFLOWS.contains(cause.getClass().getSimpleName())
				&& this.settings.overflow() != OverflowStrategy.BACKPRESSURE) {
			this.hasty = true;
		}
	}

	/**
	 * Whether it is worth to look whether more can be asked for.
	 */
	boolean isLow(PublisherSubscription current) {
		return current.outstanding() <= (isUnheard(this.log.floor(), current) ? AHEAD : window(current)) / 2;
	}

	/**
	 * How many events may be asked for now; zero until it is worth a call.
	 * @param tick whether a tick asks, on which also those get some that nobody listens
	 * to
	 */
	long room(PublisherSubscription current, boolean tick) {
		// Before the tail: what comes meanwhile is counted twice rather than not at all
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
	 * Whether nobody is to be waited for, or that is of no use, and the publisher is
	 * known to emit by itself.
	 */
	private boolean isUnheard(long floor, PublisherSubscription current) {
		return this.hasty
				|| (floor == Long.MAX_VALUE && !this.channel && current.hasEmitted() && !current.isSynchronous());
	}

	/**
	 * How many events of about the size of those so far there are bytes for.
	 */
	long room() {
		return this.log.room() / ((this.largest > 0) ? expected() : this.limit);
	}

	private long window(PublisherSubscription current) {
		long size = this.settings.size();
		return this.channel ? size : Math.min(size, fitting(current, 0, this.settings.memory()));
	}

	/**
	 * How many events fit into the log, whose bytes a channel looks at itself. The log
	 * always takes one, however large.
	 * @param lag how many there are that must stay
	 * @param bytes how many bytes there are beside these
	 */
	private long fitting(PublisherSubscription current, long lag, long bytes) {
		boolean pausing = current.isSynchronous() || current.counts().hasWaited()
				|| this.settings.overflow() == OverflowStrategy.BACKPRESSURE;
		long size = (this.largest > 0 && !pausing) ? expected() : this.limit;
		return Math.max((lag == 0) ? 1 : 0, bytes / size);
	}

	/**
	 * How many bytes the next events take at most, going by those so far.
	 */
	private long expected() {
		return Math.max(1, Math.min(this.limit, Math.min(2 * this.largest, 4 * this.log.average())));
	}

}
