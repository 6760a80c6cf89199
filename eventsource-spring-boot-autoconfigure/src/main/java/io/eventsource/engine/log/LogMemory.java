package io.eventsource.engine.log;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * What the log of a stream keeps in memory, and what there is room for. The frames of the
 * log, what waits to be added, and what clients keep of frames that have left share one
 * limit; the oldest frames leave if there is no room for more. Thread-safe: changed under
 * its monitor.
 */
public final class LogMemory {

	private static final Map<String, Frame> NONE = Map.of();

	private final FrameRing ring;

	private final Conflation conflation;

	private final LogIds ids;

	private final long limit;

	/** Made for the first id of a publisher's own, which most logs never have. */
	private volatile Map<String, Frame> framesById = NONE;

	/** What has left, and clients have a part of. */
	private final Stragglers stragglers;

	private final LogNews news;

	/** How many bytes were taken in all, and how many of them have left again. */
	private long taken;

	private long released;

	/** How many bytes wait to be added, or are of histories on their way. */
	private long reserved;

	/**
	 * Keeps nothing yet.
	 * @param ring where the frames are
	 * @param conflation knows which frames were overtaken
	 * @param origin what the log shares with others; {@code null} if it stands alone
	 * @param limit how many bytes may be kept
	 */
	LogMemory(FrameRing ring, Conflation conflation, @Nullable LogOrigin origin, long limit) {
		this.ring = ring;
		this.conflation = conflation;
		this.ids = new LogIds(ring, origin, this);
		this.news = new LogNews(origin);
		this.limit = limit;
		this.stragglers = new Stragglers(ring, limit, this);
	}

	LogIds ids() {
		return this.ids;
	}

	long limit() {
		return this.limit;
	}

	LogFollowers followers() {
		return this.news.followers();
	}

	/**
	 * How many bytes were ever taken.
	 */
	long taken() {
		return this.taken;
	}

	/**
	 * Adds a frame for which the ring has made room, and drops the oldest ones that there
	 * is no room for any more.
	 */
	void append(Frame frame) {
		this.taken = frame.end();
		this.conflation.add(frame);
		while (this.ring.isFull() || (isLogTooLarge() && !this.ring.isEmpty())) {
			evict();
		}
		index(frame);
		this.ring.append(frame);
		this.news.appended(frame);
	}

	/** What waits, or clients keep, has made its room where nobody needed it. */
	private boolean isLogTooLarge() {
		return this.taken - this.released > this.limit;
	}

	/**
	 * Puts older frames before the first.
	 */
	void prepend(List<Frame> older) {
		older.forEach(this.conflation::add);
		this.ring.prepend(older);
		this.released = -older.stream().mapToLong(Frame::weight).sum();
		// Last, so that a client that finds its place by an id finds what follows, too
		older.forEach(this::index);
		older.forEach(this.news::added);
	}

	private void index(Frame frame) {
		this.news.bytes(frame.weight());
		if (frame.id() != null) {
			if (this.framesById == NONE) {
				this.framesById = new ConcurrentHashMap<>();
			}
			this.framesById.put(frame.id(), frame);
		}
	}

	private void evict() {
		Frame frame = Objects.requireNonNull(this.ring.frame(this.ring.head()));
		this.conflation.remove(frame);
		this.ring.removeFirst();
		this.released = frame.end();
		this.ids.evicted(frame);
		this.news.bytes(-frame.weight());
		this.stragglers.evicted(frame);
		if (frame.id() != null) {
			this.framesById.remove(frame.id(), frame);
		}
	}

	/**
	 * Drops the frames before a position.
	 */
	void dropBefore(long position) {
		while (this.ring.head() < position) {
			evict();
		}
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
	 * Counts so many bytes less that are not in the log.
	 */
	synchronized void release(long bytes) {
		this.reserved -= bytes;
	}

	/**
	 * Drops the oldest events before a position that there is no room for any more, since
	 * clients keep some that have left.
	 */
	public synchronized void trim(long position) {
		while (held() > this.limit && this.ring.head() < Math.min(position, this.ring.tail())) {
			evict();
		}
	}

	/**
	 * How many bytes the stream holds.
	 */
	public synchronized long held() {
		return this.taken - this.released + this.reserved + this.stragglers.bytes();
	}

	/**
	 * What clients keep that has left the log.
	 */
	public Stragglers stragglers() {
		return this.stragglers;
	}

	/**
	 * How many bytes are not needed by who is at a position, or by what was reserved.
	 */
	public synchronized long room(long position) {
		return this.limit - weight(position) - this.reserved - this.stragglers.before(position);
	}

	/**
	 * Whether an event can be added without dropping any from a position on.
	 */
	public boolean hasRoom(EncodedEvent encoded, long position) {
		long tail = this.ring.tail();
		if (tail - position >= this.ring.capacity()) {
			return false;
		}
		Frame first = (position < tail) ? this.ring.frame(position) : null;
		Frame newest = (position < tail) ? this.ring.frame(tail - 1) : null;
		if (first == null || newest == null) {
			return position >= tail;
		}
		long kept = newest.end() - first.end() + first.weight();
		return kept + encoded.weight() + this.stragglers.before(position) <= this.limit;
	}

	/**
	 * How many bytes stand in the log from a position on.
	 */
	public long weight(long position) {
		long tail = this.ring.tail();
		Frame first = this.ring.frame(Math.max(position, this.ring.head()));
		Frame newest = this.ring.frame(tail - 1);
		if (first == null || newest == null) {
			// Empty, or overtaken just now
			return (position < tail) ? this.limit : 0;
		}
		return newest.end() - first.end() + first.weight();
	}

	/**
	 * How many bytes an event in the log has on average; zero where there is none.
	 */
	public long average() {
		long head = this.ring.head();
		long count = this.ring.tail() - head;
		return (count > 0) ? weight(head) / count : 0;
	}

	/**
	 * The frame of the event to which its publisher has given the id, or {@code null} if
	 * it is not in the log.
	 */
	@Nullable Frame frame(String id) {
		return this.framesById.get(id);
	}

}
