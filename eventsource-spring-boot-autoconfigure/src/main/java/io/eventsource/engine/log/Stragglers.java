package io.eventsource.engine.log;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.eventsource.CloseReason;
import io.eventsource.EventConnection;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of a stream keep of its log: the events in the midst of which they
 * stand, since their connections take no more for now. As long as the log has such an
 * event, it costs nothing. Once it has left the log it counts as the stream's memory,
 * once for all clients that stand in it, and takes room from the log.
 * <p>
 * An eighth of the memory, or one event if that is larger, may be kept in this way beside
 * the newest of these events. What is more than that is given up by those furthest
 * behind: they are closed with {@link CloseReason#OVERFLOW}, whatever the strategy of the
 * stream, because nothing else frees an event of which a client has a part. No client
 * that the publisher waits for is among them: the log has all that such a client needs,
 * so no more than the event before that has left it, which is the newest.
 * <p>
 * Guarded by the monitor of the log's memory.
 */
public final class Stragglers {

	private static final Map<byte[], Piece> NONE = Map.of();

	private final FrameRing ring;

	private final long limit;

	private final Object monitor;

	/**
	 * By the array of bytes, which all clients in the midst of an event share. Made for
	 * the first of them, which most logs never have.
	 */
	private Map<byte[], Piece> pieces = NONE;

	/** How many bytes are kept that the log does not have any more. */
	private long bytes;

	/** The same without what is about to be given up. */
	private long lasting;

	private volatile boolean empty = true;

	/**
	 * Counts nothing yet.
	 * @param ring what the log has
	 * @param memory how many bytes the stream may hold
	 * @param monitor guards the log and this object
	 */
	Stragglers(FrameRing ring, long memory, Object monitor) {
		this.ring = ring;
		this.limit = memory / 8;
		this.monitor = monitor;
	}

	/**
	 * Counts what a client keeps now instead of what it kept before.
	 * @return what it keeps now
	 */
	public @Nullable Slice exchange(EventConnection client, @Nullable Slice before, @Nullable Slice now) {
		if (before != now) {
			synchronized (this.monitor) {
				if (now != null && now.count() > 0) {
					keep(client, now);
				}
				if (before != null) {
					drop(client, before);
				}
			}
		}
		return now;
	}

	private void keep(EventConnection client, Slice slice) {
		Piece piece = this.pieces.get(slice.bytes());
		if (piece == null) {
			piece = new Piece(slice);
			this.pieces = (this.pieces != NONE) ? this.pieces : new HashMap<>();
			this.pieces.put(slice.bytes(), piece);
			this.empty = false;
			if (!isInLog(slice)) {
				leave(piece);
			}
		}
		piece.clients.add(client);
		if (piece.givenUp) {
			client.close(CloseReason.OVERFLOW);
		}
	}

	private boolean isInLog(Slice slice) {
		Frame last = this.ring.frame(slice.next() - 1);
		return slice.count() == 1
				&& ((last != null && last.bytes() == slice.bytes()) || slice.from() >= this.ring.head());
	}

	private void drop(EventConnection client, Slice slice) {
		Piece piece = this.pieces.get(slice.bytes());
		if (piece == null || !piece.clients.remove(client) || !piece.clients.isEmpty()) {
			return;
		}
		this.pieces.remove(slice.bytes());
		this.empty = this.pieces.isEmpty();
		if (piece.outside) {
			this.bytes -= piece.size;
			this.lasting -= piece.givenUp ? 0 : piece.size;
		}
	}

	/**
	 * Takes note that the log drops a frame.
	 */
	void evicted(Frame frame) {
		Piece piece = this.empty ? null : this.pieces.get(frame.bytes());
		if (piece != null && !piece.outside) {
			leave(piece);
		}
	}

	private void leave(Piece piece) {
		piece.outside = true;
		this.bytes += piece.size;
		this.lasting += piece.size;
		if (this.lasting <= this.limit) {
			return;
		}
		List<Piece> oldest = new ArrayList<>(this.pieces.values());
		oldest.removeIf((each) -> !each.outside || each.givenUp);
		oldest.sort((first, second) -> Long.compare(first.from, second.from));
		// The last is that of clients which are in the midst of it just now; and one may
		// be kept, however large
		long newest = oldest.get(oldest.size() - 1).size;
		for (int i = 0; i < oldest.size() - 2 && this.lasting - newest > this.limit; i++) {
			giveUp(oldest.get(i));
		}
	}

	private void giveUp(Piece piece) {
		piece.givenUp = true;
		this.lasting -= piece.size;
		piece.clients.forEach((client) -> client.close(CloseReason.OVERFLOW));
	}

	/**
	 * Whether no client keeps anything.
	 */
	public boolean isEmpty() {
		return this.empty;
	}

	/**
	 * How many bytes are kept that the log does not have any more.
	 */
	long bytes() {
		return this.bytes;
	}

	/**
	 * How many bytes the log would not get back by dropping all that is before a
	 * position. That is never taken to be more than may be kept in the long run, since
	 * nobody is to wait for a client that stands still.
	 */
	long before(long position) {
		if (this.empty) {
			return 0;
		}
		synchronized (this.monitor) {
			long sum = 0;
			for (Piece piece : this.pieces.values()) {
				sum += (piece.outside || piece.from < position) ? piece.size : 0;
			}
			return Math.min(sum, this.limit);
		}
	}

	/**
	 * What clients have a part of.
	 */
	private static final class Piece {

		private final long from;

		private final long size;

		private final Set<EventConnection> clients = Collections.newSetFromMap(new IdentityHashMap<>());

		/** Whether the log does not have it any more. */
		private boolean outside;

		/** Whether those that keep it were closed for it. */
		private boolean givenUp;

		Piece(Slice slice) {
			this.from = slice.from();
			this.size = slice.bytes().length + (long) EncodedEvent.OVERHEAD;
		}

	}

}
