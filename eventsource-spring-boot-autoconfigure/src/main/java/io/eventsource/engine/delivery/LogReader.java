package io.eventsource.engine.delivery;

import io.eventsource.GapCause;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.log.StartPosition;
import org.jspecify.annotations.Nullable;

/**
 * A place in the log, and what is taken from there for one client. Belongs to the worker
 * of the client.
 */
final class LogReader {

	/** How often a place is looked up again that has left the log meanwhile, in a row. */
	private static final int ATTEMPTS = 8;

	private static final byte[] NOTHING = new byte[0];

	private final Delivery delivery;

	private final EventLog log;

	private final Recipient recipient;

	/** What the client may see; {@code null} for everything. */
	private final @Nullable ClientFilter filter;

	private final WorkerShare share;

	private final Output output;

	private long position;

	/** Where the client begins, until something of the log was taken for it. */
	private @Nullable Beginning beginning;

	/** Whether the client is behind since it came, or since its sink was not ready. */
	private boolean lagging;

	/** Whether the client was moved to its place in the log, and sent nothing of it. */
	private boolean displaced;

	LogReader(Delivery delivery, Recipient recipient, @Nullable ClientFilter filter, WorkerShare share, Output output,
			Beginning beginning) {
		this.delivery = delivery;
		this.log = delivery.log();
		this.recipient = recipient;
		this.filter = filter;
		this.share = share;
		this.output = output;
		this.beginning = beginning;
		this.position = beginning.position();
		this.lagging = beginning.isReplay();
	}

	/**
	 * The position of the next event that the client gets.
	 */
	long position() {
		return this.position;
	}

	/**
	 * Where the client begins; {@code null} once something of the log was taken for it.
	 */
	@Nullable Beginning beginning() {
		return this.beginning;
	}

	void beginAt(Beginning beginning) {
		this.beginning = beginning;
	}

	/**
	 * Whether the client was moved to its place in the log, and sent nothing of it.
	 */
	boolean isDisplaced() {
		return this.displaced;
	}

	/**
	 * Takes note that the client does not keep up.
	 */
	void lag() {
		this.lagging = true;
	}

	/** Takes note that the client has everything. */
	void caughtUp() {
		this.lagging = false;
	}

	/**
	 * The position of the first event that the client needs and that was not taken for it
	 * yet.
	 */
	long needed() {
		if (this.beginning != null) {
			return this.beginning.due();
		}
		Slice last = this.output.last();
		return (last != null) ? last.next() : this.position;
	}

	/**
	 * Whether the client has fallen out of the log, and will have to be disconnected.
	 */
	boolean isOverrun() {
		return this.beginning == null && this.position < this.log.head() && !this.delivery.skipsWhatWasMissed();
	}

	/**
	 * Where a client that has not got anything yet begins now.
	 */
	StartPosition place(Beginning beginning) {
		StartPosition start = beginning.resolve(this.log.head());
		if (start.gap() == null || beginning.hasGap()) {
			return start;
		}
		this.lagging = true;
		return this.delivery.skipsWhatWasMissed()
				? this.delivery.placement().skip(beginning.promised(), this.filter == null) : start;
	}

	/**
	 * Goes on from a place in the log, after the client was told what it misses. What
	 * follows there is taken in the same step, so that it cannot leave the log while the
	 * client is told.
	 * @param before what is sent first
	 * @return whether the log still had the place
	 */
	boolean enter(StartPosition start, byte[] before) {
		boolean last = start.position() >= this.log.tail();
		int room = Slice.MAX_BYTES - before.length;
		Slice slice = last ? null : take(start.position(), (start.gap() != null) ? room - FrameEncoder.MAX_GAP : room);
		if (!last && slice == null) {
			return false;
		}
		this.position = start.position();
		this.displaced |= start.gap() != null;
		this.beginning = last ? Beginning.at(StartPosition.at(start.position())) : null;
		byte[] gap = (start.gap() != null) ? tell(start.gap(), start.missed()) : NOTHING;
		this.output.put(before, gap, slice, this.position);
		this.share.floor().protect(needed());
		return true;
	}

	/**
	 * Goes on in the log behind a history.
	 * @param end where, and what the client must be told
	 * @param before the last events of the history
	 * @return whether the log still had the place
	 */
	boolean enterBehind(StartPosition end, byte[] before) {
		this.displaced = true;
		if (end.gap() == null) {
			return enter(end, before);
		}
		Beginning rest = Beginning.at(end);
		for (int i = 0; i < ATTEMPTS; i++) {
			if (enter(rest.resolve(this.log.head()), before)) {
				return true;
			}
		}
		this.beginning = rest;
		this.output.put(before, this.position);
		return true;
	}

	/**
	 * Begins in the log.
	 * @param history looks for a history that knows what the client misses
	 * @return whether the client has begun, with a history or without
	 */
	boolean begin(Beginning beginning, ClientHistory history) {
		for (int i = 0; i < ATTEMPTS; i++) {
			StartPosition start = place(beginning);
			if (start.gap() != null && history.prepare(start)) {
				return true;
			}
			if (enter(start, NOTHING)) {
				this.share.counts().replayed(Math.max(0, beginning.live() - start.position()));
				return true;
			}
		}
		return false;
	}

	/**
	 * Tells the listener what the client misses. How many events it would have seen of
	 * those is not known where some are hidden.
	 * @return the block that tells the client
	 */
	private byte[] tell(GapCause gap, @Nullable Long events) {
		Long missed = (this.filter != null) ? null : events;
		if (gap == GapCause.OVERFLOW && events != null) {
			this.share.counts().skipped(events);
		}
		this.delivery.context().missed(this.recipient.client(), gap, missed);
		return FrameEncoder.gap(this.delivery.settings().replay().gapEvent(), gap, missed);
	}

	/**
	 * Takes what comes next, or skips what the client has missed.
	 * @return whether that was possible; otherwise the client must be disconnected
	 */
	boolean read() {
		Slice slice = take(this.position, Slice.MAX_BYTES);
		if (slice != null) {
			this.output.put(slice);
			return true;
		}
		this.lagging = true;
		if (!this.delivery.skipsWhatWasMissed()) {
			return false;
		}
		for (int i = 0; i < ATTEMPTS; i++) {
			if (enter(this.delivery.placement().skip(this.position, this.filter == null), NOTHING)) {
				break;
			}
		}
		return true;
	}

	private @Nullable Slice take(long from, int size) {
		boolean conflating = this.lagging && this.delivery.conflates();
		ClientFilter filter = this.filter;
		if (filter == null) {
			boolean positions = this.recipient.keepsPositions();
			return (positions && size == Slice.MAX_BYTES) ? this.share.slice(this.log, from, conflating)
					: Slice.of(this.log, from, conflating, positions, size);
		}
		// Filters belong to the application, and are asked about this client
		return this.delivery.visibility().hasFilters()
				? this.recipient.inContext(() -> filter.slice(this.log, from, conflating, size, this.share.budget()))
				: filter.slice(this.log, from, conflating, size, this.share.budget());
	}

	/**
	 * Takes note that the client was sent a slice completely.
	 */
	void sent(Slice slice) {
		this.displaced &= slice.next() == this.position;
		this.position = slice.next();
	}

}
