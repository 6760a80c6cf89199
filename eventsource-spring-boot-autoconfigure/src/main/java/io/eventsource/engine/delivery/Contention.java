package io.eventsource.engine.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.eventsource.OverflowStrategy;
import io.eventsource.PublisherPace;

/**
 * Decides how long the publisher of a stream waits for a client whose connection is full.
 * <p>
 * In a burst the connections of healthy clients are full, too, since all of them share
 * one machine or one line. So what counts is not the time for which a client is full, but
 * the time for which it <em>holds up others</em>: while at least half of the clients that
 * read have everything, and wait for an event that cannot come before this client has
 * taken one. Where most are behind, or there is but one client, nobody is held up: the
 * clients set the pace of the publisher, and only the write timeout ends one that takes
 * nothing.
 * <ul>
 * <li>A client may hold up others for a second. It gets that second back with each
 * log-full of events that it takes, and in proportion for less, since one that takes a
 * log-full in a second is a reader and no dead connection; and while it holds up nobody.
 * A client that crawls gets next to nothing back.</li>
 * <li>It may do so for 30 seconds in all, whatever it takes: a client that is slower than
 * the stream in the long run is not to set the pace of the others for ever.</li>
 * <li>A client that has taken nothing for three seconds, while anybody has everything, is
 * not waited for, and does not count as one that reads. So no number of dead clients
 * makes the living wait.</li>
 * <li>A publisher that cannot wait does not: for one with threads of its own, like a
 * timer, and for a channel whose {@code publish} would throw soon, each moment counts as
 * one in which others are held up. Only one that has been seen to wait and go on gives
 * its clients time back for what they take.</li>
 * </ul>
 * A client that has used up its time is not waited for until it has everything again, for
 * which it has as long as the log keeps the events that it needs. What happens to it
 * otherwise is decided by the stream's {@link OverflowStrategy}.
 * <p>
 * One for each stream, for the clients of all workers. Time is only seen to pass in steps
 * of 0.75 s at most, so that a machine that stood still does not take it for the clients'
 * fault.
 */
public final class Contention {

	/** How long a client may hold up others for each log-full of events. */
	public static final long GRACE = 1_000_000_000L;

	/** How long a client may hold up others in all. */
	static final long TOTAL = 30 * GRACE;

	/** How long a client may take nothing while others have everything. */
	static final long ABSENCE = 3 * GRACE;

	private static final long LONGEST_STEP = 750_000_000L;

	private final Supplier<PublisherPace> pace;

	private final List<Share> shares = new ArrayList<>();

	private long looked;

	/** What time has passed by now, for all clients of a pass to read without a lock. */
	private volatile Look look = new Look(0, 0, false, false);

	/** What was so when the workers last looked. */
	private boolean contended;

	private boolean refunding;

	private boolean anyComplete;

	/**
	 * Makes the clock of a stream.
	 * @param pace how long the publisher can wait at the moment
	 * @param now the time
	 */
	public Contention(Supplier<PublisherPace> pace, long now) {
		this.pace = pace;
		this.looked = now;
	}

	/**
	 * Makes room for what one more worker has to report.
	 */
	public synchronized Share share() {
		Share share = new Share();
		this.shares.add(share);
		return share;
	}

	/**
	 * Lets the time since the last look pass as what it was then: held up or not.
	 */
	synchronized void advance(long now) {
		long step = Math.min(Math.max(0, now - this.looked), LONGEST_STEP);
		this.looked = now;
		Look last = this.look;
		this.look = new Look(last.held() + (this.contended ? step : 0), last.observed() + step, this.refunding,
				this.anyComplete);
	}

	/**
	 * Takes note of how the clients of one worker are.
	 * @param readers how many read
	 * @param complete how many of these have everything
	 */
	synchronized void report(Share share, int readers, int complete) {
		share.readers = readers;
		share.complete = complete;
		int allReaders = 0;
		int allComplete = 0;
		for (Share each : this.shares) {
			allReaders += each.readers;
			allComplete += each.complete;
		}
		PublisherPace current = this.pace.get();
		this.anyComplete = allComplete > 0;
		this.contended = current != PublisherPace.WAITS || (this.anyComplete && 2 * allComplete >= allReaders);
		this.refunding = current != PublisherPace.CANNOT_WAIT;
	}

	/**
	 * How much time has passed by now.
	 */
	Look look() {
		return this.look;
	}

	/**
	 * How much time has passed.
	 *
	 * @param held how long somebody was held up, in all
	 * @param observed how long that could be seen, in all
	 * @param refunding whether clients get time back for what they take
	 * @param anyComplete whether any client has everything
	 */
	record Look(long held, long observed, boolean refunding, boolean anyComplete) {

	}

	/**
	 * How the clients of one worker are.
	 */
	public final class Share {

		private int readers;

		private int complete;

		/**
		 * Lets time pass.
		 */
		void advance(long now) {
			Contention.this.advance(now);
		}

		/**
		 * Takes note of how the clients are.
		 * @param readers how many read
		 * @param complete how many of these have everything
		 */
		void report(int readers, int complete) {
			Contention.this.report(this, readers, complete);
		}

		/**
		 * Opens the account of a client.
		 * @param position what the client needs first
		 */
		WaitAccount open(long position) {
			return new WaitAccount(Contention.this, position);
		}

	}

}
