package io.eventsource.engine.delivery;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.WorkerReplaced;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the parts of histories that are on their way to the clients of one stream: a
 * quarter of its memory, or one part if that is larger. A client has its turn from the
 * moment when a part is read for it until it has taken all of that part, which is at once
 * where the part is small. The others wait, first come first served.
 * <p>
 * What is on its way counts as the stream's memory, and pushes events out of the log that
 * no client needs. Where there are none, there is one turn at a time. Thread-safe.
 */
public final class HistoryTurns {

	/** How long a client may take nothing while others wait for their turn. */
	static final long PATIENCE = Contention.ABSENCE;

	/** How many parts are read at once. */
	public static final int READERS = 16;

	/** After how long it is looked again whether there is room. */
	private static final long LOOK = TimeUnit.MILLISECONDS.toMillis(100);

	private final Executor readers;

	private final HistoryBytes memory;

	private final Queue<Turn> waiting = new ArrayDeque<>();

	/** How many turns there are, and how many of them have more than a usual part. */
	private int turns;

	private int large;

	/** How many turns have begun whose part is not read yet. */
	private int unread;

	/** How many readers wait for more room. */
	private int growing;

	private volatile boolean contended;

	/**
	 * Makes the turns of a stream.
	 * @param readers run what reads a history
	 * @param log the log, which has so much less room
	 * @param floor the position of the first event that a client needs
	 * @param memory how many bytes the stream may hold
	 */
	public HistoryTurns(Executor readers, EventLog log, LongSupplier floor, long memory) {
		this.readers = readers;
		this.memory = new HistoryBytes(log.memory(), floor, memory / 4);
	}

	/**
	 * Whether somebody waits until others have taken what is theirs.
	 */
	boolean isContended() {
		return this.contended;
	}

	/**
	 * Runs something that has no turn, as to close a history.
	 */
	void execute(Runnable task) {
		this.readers.execute(task);
	}

	/**
	 * Lets those begin whose turn it is. Any thread; never blocks.
	 */
	public void advance() {
		if (this.contended) {
			startNext();
		}
	}

	private void startNext() {
		for (Turn next = next(); next != null; next = next()) {
			next.start();
		}
	}

	private synchronized @Nullable Turn next() {
		Turn next = this.waiting.peek();
		if (next != null && (this.turns == 0 || (this.unread < READERS && this.memory.fits(Slice.MAX_BYTES)))) {
			this.waiting.remove();
			this.turns++;
			next.grant();
			next.resize(Slice.MAX_BYTES, 0);
		}
		else {
			next = null;
		}
		this.contended = !this.waiting.isEmpty() || this.growing > 0;
		return next;
	}

	private synchronized void grow(Turn turn, long size) throws InterruptedException {
		this.growing++;
		try {
			while (!turn.ended && this.large > (turn.isLarge() ? 1 : 0) && !this.memory.fits(size - turn.size)) {
				this.contended = true;
				wait(LOOK);
			}
			if (!turn.ended && size > turn.size) {
				turn.resize(size, size);
			}
		}
		finally {
			this.growing--;
			this.contended = !this.waiting.isEmpty() || this.growing > 0;
		}
	}

	/**
	 * The right of one client to have a part of its history read and sent.
	 */
	final class Turn {

		private final Runnable reader;

		private final Runnable unread;

		/** How many bytes the part may have, and has as far as is known. */
		private long size;

		private long filled;

		private boolean granted;

		private boolean read;

		private boolean ended;

		/**
		 * Makes a turn.
		 * @param reader reads the part, and says in the end how large it is
		 * @param unread called in place of it where there is no thread for it
		 */
		Turn(Runnable reader, Runnable unread) {
			this.reader = reader;
			this.unread = unread;
		}

		/**
		 * Waits for the turn. Never blocks.
		 */
		void request() {
			synchronized (HistoryTurns.this) {
				HistoryTurns.this.waiting.add(this);
			}
			startNext();
		}

		private void start() {
			try {
				HistoryTurns.this.readers.execute(this.reader);
			}
			catch (Throwable ex) {
				WorkerReplaced.check(ex);
				end();
				this.unread.run();
			}
		}

		/**
		 * Waits until the part may have so many bytes, or the turn has ended. One part is
		 * always let through.
		 */
		void growTo(long size) throws InterruptedException {
			if (size > Slice.MAX_BYTES) {
				HistoryTurns.this.grow(this, size);
			}
		}

		private boolean isLarge() {
			return this.size > Slice.MAX_BYTES;
		}

		/**
		 * Says how large the part is.
		 */
		void read(long size) {
			synchronized (HistoryTurns.this) {
				long left = this.ended ? 0 : size;
				resize(left, left);
				markRead();
			}
			startNext();
		}

		private void grant() {
			this.granted = true;
			HistoryTurns.this.unread++;
		}

		private void markRead() {
			HistoryTurns.this.unread -= this.read ? 0 : 1;
			this.read = true;
		}

		/**
		 * Ends the turn. Any thread; never blocks.
		 * @return whether it had not begun
		 */
		boolean end() {
			boolean early;
			synchronized (HistoryTurns.this) {
				if (this.ended) {
					return false;
				}
				this.ended = true;
				early = !this.granted;
				if (early) {
					HistoryTurns.this.waiting.remove(this);
				}
				else {
					HistoryTurns.this.turns--;
					resize(0, 0);
					markRead();
				}
				HistoryTurns.this.notifyAll();
			}
			startNext();
			return early;
		}

		private void resize(long bytes, long full) {
			HistoryTurns turns = HistoryTurns.this;
			turns.large -= isLarge() ? 1 : 0;
			turns.memory.add(bytes - this.size, full - this.filled);
			this.size = bytes;
			this.filled = full;
			turns.large += isLarge() ? 1 : 0;
		}

	}

}
