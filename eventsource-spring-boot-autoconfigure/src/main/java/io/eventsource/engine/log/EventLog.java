package io.eventsource.engine.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import io.eventsource.GapCause;
import org.jspecify.annotations.Nullable;

/**
 * The ring of encoded frames of one stream: broadcast, replay, the bound on memory, and
 * the measure of how far a client lags.
 * <p>
 * Appended to under a lock by the publisher; read by the workers without one. A reader
 * that is overtaken while it reads finds another frame, or none, in the slot, and knows
 * it by the sequence number.
 */
public final class EventLog {

	private final FrameRing ring;

	private final long memory;

	private final boolean conflating;

	private final boolean filtered;

	private final LongSupplier clock;

	private final Map<String, Frame> framesById = new ConcurrentHashMap<>();

	/** The newest frame of each key; only where the log is conflating. */
	private final Map<String, Frame> framesByKey = new HashMap<>();

	/** How many bytes were taken in all, and how many of them have left again. */
	private long taken;

	private long released;

	/** How many bytes wait to be added, or are of histories on their way. */
	private volatile long reserved;

	/** What has left, and clients have a part of. */
	private final Stragglers stragglers;

	private final LogIds ids;

	private final @Nullable LogFamily family;

	private volatile long head;

	private volatile long tail;

	/** The newest frame that has left without having been overtaken. */
	private volatile long lost = Long.MIN_VALUE;

	private volatile boolean ended;

	/** What comes behind the newest event that has data or an id, or gap. */
	private volatile long end = Long.MIN_VALUE;

	/**
	 * Makes an empty log that stands alone.
	 * @param capacity how many events it keeps
	 * @param memory how many bytes it keeps
	 * @param conflating whether newer events stand for older ones with their key
	 * @param filtered whether the events themselves are kept, for filters to look at
	 * @param clock the clock of the dispatcher
	 */
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
		this.memory = memory;
		this.stragglers = new Stragglers(this, memory);
		this.conflating = conflating;
		this.filtered = filtered;
		this.clock = clock;
		this.family = (origin != null) ? origin.family() : null;
		this.ids = new LogIds(this, origin);
	}

	/**
	 * Adds an event behind the newest, and drops the oldest ones that there is no room
	 * for any more. Does nothing once the log has ended.
	 */
	public synchronized void append(EncodedEvent encoded) {
		append(encoded, 0);
	}

	/**
	 * Adds an event that has waited, and counts as much less as waiting in the same step,
	 * so that no other takes its room.
	 */
	public synchronized void append(EncodedEvent encoded, long waited) {
		this.reserved -= waited;
		if (this.ended) {
			return;
		}
		long sequence = this.tail;
		this.ring.makeRoom(this.head, sequence + 1);
		Frame frame = FrameEncoder.frame(encoded, this.filtered, place(sequence), this.taken, this.clock.getAsLong());
		this.taken = frame.end();
		overtake(frame);
		while (sequence - this.head >= this.ring.capacity() || (isOverMemory() && this.head < sequence)) {
			evict(this.head);
		}
		this.ring.set(sequence, frame);
		register(frame);
		this.tail = sequence + 1;
	}

	/**
	 * What waits, or clients keep, has made its room, as far as nobody needed what was
	 * there.
	 */
	private boolean isOverMemory() {
		return this.taken - this.released > this.memory;
	}

	/**
	 * Counts so many more, or less, bytes that are not in the log, and drops the oldest
	 * events before a position that there is no room for any more.
	 */
	public synchronized void reserve(long bytes, long position) {
		this.reserved += bytes;
		trim(position);
	}

	/**
	 * Drops the oldest events before a position that there is no room for any more, since
	 * clients keep some that have left.
	 */
	public synchronized void trim(long position) {
		while (held() > this.memory && this.head < Math.min(position, this.tail)) {
			evict(this.head);
		}
	}

	/**
	 * Drops the events before a position, since nobody will ask for them again, but for
	 * the last of these, which a client may be told the id of.
	 */
	public synchronized void forget(long position) {
		while (this.head < Math.min(position, this.tail) - 1) {
			evict(this.head);
		}
	}

	/**
	 * How many bytes the stream holds.
	 */
	public synchronized long held() {
		return this.taken - this.released + this.reserved + this.stragglers.bytes();
	}

	public Stragglers stragglers() {
		return this.stragglers;
	}

	/**
	 * How many bytes are not needed by who is at a position, or by what was reserved.
	 */
	public synchronized long room(long position) {
		return this.memory - weight(position) - this.reserved - this.stragglers.before(position);
	}

	/**
	 * Puts older events before the first, as many of the last of them as there is room
	 * for. Does nothing unless the log is as new: no event has come, and none has left.
	 * Clients that have a place in the log already do not get them.
	 */
	public synchronized void prepend(List<EncodedEvent> older) {
		if (this.ended || !isNew()) {
			return;
		}
		int first = older.size();
		long bytes = 0;
		while (first > 0 && older.size() - first < this.ring.capacity()
				&& bytes + older.get(first - 1).weight() <= this.memory) {
			first--;
			bytes += older.get(first).weight();
		}
		this.ring.makeRoom(first - older.size(), 0);
		long before = -bytes;
		this.released = before;
		List<Frame> frames = new ArrayList<>();
		for (int i = first; i < older.size(); i++) {
			Frame frame = FrameEncoder.frame(older.get(i), this.filtered, place(i - older.size()), before,
					this.clock.getAsLong());
			before = frame.end();
			overtake(frame);
			this.ring.set(frame.sequence(), frame);
			frames.add(frame);
		}
		this.head = first - older.size();
		// Last, so that a client that finds its place by an id finds what follows, too
		frames.forEach(this::register);
	}

	private FramePlace place(long sequence) {
		return new FramePlace(sequence, this.ids.epoch(), this.ids.take(sequence));
	}

	private void count(long bytes) {
		if (this.family != null) {
			this.family.add(bytes);
		}
	}

	private void register(Frame frame) {
		count(frame.weight());
		if (frame.tellsPlace() || frame.gap() != null) {
			this.end = frame.sequence() + 1;
		}
		if (frame.id() != null) {
			this.framesById.put(frame.id(), frame);
		}
	}

	private void overtake(Frame frame) {
		if (this.conflating && frame.key() != null) {
			Frame older = this.framesByKey.put(frame.key(), frame);
			if (older != null) {
				older.overtake();
			}
		}
	}

	private void evict(long sequence) {
		Frame frame = this.ring.get(sequence);
		if (frame != null && !frame.isOvertaken()) {
			this.lost = sequence;
		}
		// First the head, so that no reader takes an empty slot for one not yet filled
		this.head = sequence + 1;
		this.ring.set(sequence, null);
		if (frame != null) {
			this.released = frame.end();
			this.ids.evicted(frame);
			count(-frame.weight());
			this.stragglers.evicted(frame);
			if (frame.id() != null) {
				this.framesById.remove(frame.id(), frame);
			}
			if (frame.key() != null) {
				this.framesByKey.remove(frame.key(), frame);
			}
		}
	}

	/**
	 * Begins a new epoch: forgets all events, so that no client is taken to have missed
	 * nothing while nobody listened to the publisher.
	 */
	public synchronized void renew() {
		while (this.head < this.tail) {
			evict(this.head);
		}
		this.ids.renew();
	}

	/**
	 * Whether no event has come yet, and none from before.
	 */
	public boolean isNew() {
		return this.head == 0 && this.tail == 0;
	}

	/**
	 * Marks that nothing will follow the newest event.
	 */
	public synchronized void end() {
		this.ended = true;
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
	 * The id of a client that has all events before a position.
	 * @return the id, or {@code null} if no event before it is known
	 */
	public @Nullable String idBefore(long position) {
		return this.ids.before(position);
	}

	/**
	 * The id of a client that has no event yet, and is to get those from a position on.
	 */
	public synchronized String openingId(long position) {
		return this.ids.opening(position);
	}

	/**
	 * The position of the first event, of now or of later, that a client does not have
	 * which has an id.
	 */
	public long position(LogId id) {
		return this.ids.position(id);
	}

	/**
	 * The highest number of an event that this log has, or has had.
	 */
	public synchronized long lastNumber() {
		Frame newest = frame(this.tail - 1);
		return (newest != null) ? newest.number() : this.ids.lost();
	}

	/**
	 * The position of the oldest event kept.
	 */
	public long head() {
		return this.head;
	}

	/**
	 * The position of the event that will come next.
	 */
	public long tail() {
		return this.tail;
	}

	/**
	 * How many bytes were ever added, up to the newest event.
	 */
	public long bytes() {
		Frame newest = frame(this.tail - 1);
		return (newest != null) ? newest.end() : 0;
	}

	/**
	 * The frame at a position below the tail, or {@code null} if it has left the log.
	 */
	public @Nullable Frame frame(long sequence) {
		Frame frame = this.ring.get(sequence);
		return (frame != null && frame.sequence() == sequence) ? frame : null;
	}

	/**
	 * The frame of the event to which its publisher has given the id, or {@code null} if
	 * it is not in the log.
	 */
	public @Nullable Frame frame(String id) {
		return this.framesById.get(id);
	}

	/**
	 * How many bytes stand in the log from a position on.
	 */
	public long weight(long position) {
		long tail = this.tail;
		Frame first = frame(Math.max(position, this.head));
		Frame newest = frame(tail - 1);
		if (first == null || newest == null) {
			// Empty, or overtaken just now
			return (position < tail) ? this.memory : 0;
		}
		return newest.end() - first.end() + first.weight();
	}

	/**
	 * How many bytes an event in the log has on average; zero where there is none.
	 */
	public long average() {
		long head = this.head;
		long count = this.tail - head;
		return (count > 0) ? weight(head) / count : 0;
	}

	/**
	 * Whether an event can be added without dropping any from a position on.
	 */
	public boolean hasRoom(EncodedEvent encoded, long position) {
		long tail = this.tail;
		if (tail - position >= this.ring.capacity()) {
			return false;
		}
		Frame first = (position < tail) ? frame(position) : null;
		Frame newest = (position < tail) ? frame(tail - 1) : null;
		if (first == null || newest == null) {
			return position >= tail;
		}
		long kept = newest.end() - first.end() + first.weight();
		return kept + encoded.weight() + this.stragglers.before(position) <= this.memory;
	}

	/**
	 * Where a client starts that says it has the event of the given id; without one, some
	 * events before what comes next, or with all that was kept if nothing will come.
	 */
	public Start start(@Nullable String lastEventId, int initialReplay) {
		if (lastEventId == null) {
			long oldest = this.head;
			return Start.at(this.ended ? oldest : Math.max(oldest, this.tail - initialReplay));
		}
		Frame frame = this.framesById.get(lastEventId);
		if (frame != null) {
			return Start.at(frame.sequence() + 1);
		}
		LogId id = LogId.parse(lastEventId);
		if (id == null) {
			return new Start(this.head, GapCause.UNKNOWN, null);
		}
		return this.ids.start(id, initialReplay);
	}

	/**
	 * Where a client goes on whose position has left the log: with what the log still
	 * has, or, so that it does not fall out again at once, in the middle of it. Where
	 * newer events stand for older ones, it has missed only what none stands for; unless
	 * it does not see all of them.
	 */
	public Start skip(long position, boolean seesAll) {
		long oldest = this.head;
		if (this.conflating) {
			return (this.lost >= position || !seesAll) ? new Start(oldest, GapCause.OVERFLOW, null) : Start.at(oldest);
		}
		long middle = oldest + (this.tail - oldest) / 2;
		return new Start(middle, GapCause.OVERFLOW, middle - position);
	}

	/**
	 * Where a client starts, and what it must be told first.
	 *
	 * @param position the position of the first event it gets
	 * @param gap why something is missing, or {@code null} if nothing is
	 * @param missed how many events are missing, where that is known
	 */
	public record Start(long position, @Nullable GapCause gap, @Nullable Long missed) {

		public static Start at(long position) {
			return new Start(position, null, null);
		}

	}

}
