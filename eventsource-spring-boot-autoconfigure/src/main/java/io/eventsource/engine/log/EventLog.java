package io.eventsource.engine.log;

import java.util.List;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The log of one stream: the encoded events that it keeps, by position and by id. It
 * serves for broadcast and replay, and measures how far a client lags.
 * <p>
 * Appended to by the publisher, under the monitor of its memory; read by the workers
 * without a lock.
 */
public final class EventLog {

	private final FrameRing ring;

	private final Conflation conflation;

	private final LogIds ids;

	private final LogMemory memory;

	private final FrameMaker frames;

	private volatile boolean ended;

	/** What comes behind the newest event that has data or an id, or gap. */
	private volatile long end = Long.MIN_VALUE;

	/** Makes an empty log that stands alone. */
	public EventLog(int capacity, long memory, boolean conflating, boolean filtered, LongSupplier clock) {
		this(capacity, memory, conflating, filtered, clock, null);
	}

	/**
	 * Makes an empty log.
	 * @param capacity how many events it keeps
	 * @param memory how many bytes it keeps
	 * @param conflating whether newer events stand for older ones with their key
	 * @param filtered whether the events themselves are kept, for filters to look at
	 * @param clock the clock of the dispatcher
	 * @param origin what it shares with other logs; {@code null} if it stands alone
	 */
	public EventLog(int capacity, long memory, boolean conflating, boolean filtered, LongSupplier clock,
			@Nullable LogOrigin origin) {
		this.ring = new FrameRing(capacity);
		this.conflation = new Conflation(conflating);
		this.memory = new LogMemory(this.ring, this.conflation, origin, memory);
		this.ids = this.memory.ids();
		this.frames = new FrameMaker(this.ids, filtered, clock);
	}

	/**
	 * Adds an event behind the newest, and drops the oldest ones that there is no room
	 * for any more. Does nothing once the log has ended.
	 */
	public void append(EncodedEvent encoded) {
		append(encoded, 0);
	}

	/**
	 * Adds an event that has waited, and counts as much less as waiting in the same step,
	 * so that no other takes its room.
	 */
	public void append(EncodedEvent encoded, long waited) {
		synchronized (this.memory) {
			this.memory.release(waited);
			if (!this.ended) {
				this.ring.makeRoom();
				synchronized (this.ids.order()) {
					Frame frame = this.frames.make(encoded, this.ring.tail(), this.memory.taken());
					this.memory.append(frame);
					added(frame);
				}
			}
		}
	}

	private void added(Frame frame) {
		if (frame.tellsPlace() || frame.gap() != null) {
			this.end = frame.sequence() + 1;
		}
	}

	/**
	 * Puts older events before the first, as many of the last of them as there is room
	 * for. Does nothing unless the log is as new: no event has come, and none has left.
	 * Clients that have a place in the log already do not get them.
	 */
	public void prepend(List<EncodedEvent> older) {
		synchronized (this.memory) {
			if (!this.ended && isNew()) {
				synchronized (this.ids.order()) {
					List<Frame> frames = this.frames.before(older, this.ring.capacity(), this.memory.limit());
					this.memory.prepend(frames);
					frames.forEach(this::added);
				}
			}
		}
	}

	/**
	 * Drops the events before a position, since nobody will ask for them again, but for
	 * the last of these, which a client may be told the id of.
	 */
	public void forget(long position) {
		synchronized (this.memory) {
			this.memory.dropBefore(Math.min(position, this.ring.tail()) - 1);
		}
	}

	/**
	 * Drops the oldest event.
	 * @return whether there was one
	 */
	public boolean dropOldest() {
		synchronized (this.memory) {
			boolean dropped = !this.ring.isEmpty();
			this.memory.dropBefore(this.ring.head() + (dropped ? 1 : 0));
			return dropped;
		}
	}

	/**
	 * Begins a new epoch: forgets all events, so that no client is taken to have missed
	 * nothing while nobody listened to the publisher.
	 */
	public void renew() {
		synchronized (this.memory) {
			this.memory.dropBefore(this.ring.tail());
			this.ids.renew();
		}
	}

	/**
	 * Whether no event has come yet, and none from before.
	 */
	public boolean isNew() {
		return this.ring.head() == 0 && this.ring.tail() == 0;
	}

	/**
	 * Marks that nothing will follow the newest event.
	 */
	public void end() {
		synchronized (this.memory) {
			this.ended = true;
			this.memory.followers().appended();
		}
	}

	public boolean hasEnded() {
		return this.ended;
	}

	/**
	 * Whether nothing follows a position that a client is to be told or to remember:
	 * nothing at all, or nothing but comments and the like.
	 */
	public boolean isOver(long position) {
		return this.ended && this.end <= position;
	}

	/**
	 * Whether the latest that clients are to be told is a gap, by which they know no
	 * place.
	 */
	public boolean endsWithGap() {
		Frame last = frame(this.end - 1);
		return last != null && last.gap() != null;
	}

	/**
	 * Names the run of the log, or of its family.
	 */
	public String epoch() {
		return this.ids.epoch();
	}

	/**
	 * The ids that the log gives.
	 */
	public LogIds ids() {
		return this.ids;
	}

	/**
	 * Those who take the events into other logs.
	 */
	public LogFollowers followers() {
		return this.memory.followers();
	}

	/**
	 * The position of the oldest event kept.
	 */
	public long head() {
		return this.ring.head();
	}

	/**
	 * The position of the event that will come next.
	 */
	public long tail() {
		return this.ring.tail();
	}

	/**
	 * How many bytes were ever added, up to the newest event.
	 */
	public long bytes() {
		Frame newest = frame(tail() - 1);
		return (newest != null) ? newest.end() : 0;
	}

	/**
	 * The frame at a position below the tail, or {@code null} if it has left the log.
	 */
	public @Nullable Frame frame(long position) {
		return this.ring.frame(position);
	}

	/**
	 * The frame of the event to which its publisher has given the id, or {@code null} if
	 * it is not in the log.
	 */
	public @Nullable Frame frame(String id) {
		return this.memory.frame(id);
	}

	/**
	 * What is kept, and what there is room for.
	 */
	public LogMemory memory() {
		return this.memory;
	}

	Conflation conflation() {
		return this.conflation;
	}

}
