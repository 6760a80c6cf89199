package io.eventsource.engine.delivery;

import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Hands the history of a stream to one client, a batch at a time as the client takes
 * them.
 * <p>
 * Each batch is asked for by the worker once the client could take it, and read on a
 * thread that may block, when it is the client's turn; only one is on its way.
 */
final class HistoryReplay implements Runnable, HistoryBlocks.Room {

	private final HistoryReader reader;

	private final HistoryTurns turns;

	/** Whether no client can be served any more. */
	private final BooleanSupplier closed;

	private final Runnable signal;

	/** Whether the worker has asked for a batch that it has not taken. Belongs to it. */
	private boolean wanted;

	private volatile HistoryTurns.@Nullable Turn turn;

	/** What was read, or that the client cannot be given a batch, nor told so. */
	private volatile @Nullable HistoryBatch batch;

	private volatile boolean reading;

	private volatile boolean cancelled;

	HistoryReplay(HistoryReader reader, HistoryTurns turns, BooleanSupplier closed, Runnable signal) {
		this.reader = reader;
		this.turns = turns;
		this.closed = closed;
		this.signal = signal;
	}

	/**
	 * Asks for the next batch. Never blocks.
	 */
	void fetch() {
		HistoryTurns.Turn next = this.turns.new Turn(this, this::unread);
		this.wanted = true;
		this.reading = true;
		this.turn = next;
		next.request();
	}

	/**
	 * Whether the next batch is to be asked for, as soon as the client could take it.
	 */
	boolean isIdle() {
		return !this.wanted;
	}

	/** There is no thread to read on. */
	private void unread() {
		this.reading = false;
		this.batch = HistoryBatch.FAILED;
		this.signal.run();
	}

	/**
	 * Has what comes after the end be read too, since events have left the log before the
	 * client got there.
	 */
	void resume() {
		this.reader.resume();
	}

	/**
	 * Whether there is something to be taken, be it a failure.
	 */
	boolean hasBatch() {
		return this.batch != null;
	}

	/**
	 * Takes the batch that was asked for, if it is there.
	 * @throws IllegalStateException if there will be none, which is so where there was no
	 * memory to say what the client misses
	 */
	@Nullable HistoryBatch take() {
		HistoryBatch taken = this.batch;
		if (taken == HistoryBatch.FAILED) {
			throw new IllegalStateException("The history could not be read");
		}
		if (taken != null) {
			this.batch = null;
			this.wanted = false;
		}
		return taken;
	}

	/**
	 * Takes note that the client has taken the whole of its latest batch.
	 */
	void sent() {
		HistoryTurns.Turn last = this.turn;
		if (last != null) {
			this.turn = null;
			last.end();
		}
	}

	/**
	 * Whether the client has a part of a batch, or a whole one waits for it, while others
	 * wait for their turn.
	 */
	boolean holdsUpOthers() {
		return this.turn != null && (!this.wanted || hasBatch()) && this.turns.isContended();
	}

	/**
	 * Reads nothing more, since the client has gone. Never blocks.
	 */
	void cancel() {
		this.cancelled = true;
		HistoryTurns.Turn last = this.turn;
		boolean unread = last != null && last.end();
		if (unread || !this.reading) {
			this.turns.execute(this.reader::close);
		}
		this.reader.interrupt();
	}

	@Override
	public void run() {
		HistoryBatch next;
		try {
			next = (this.cancelled || this.closed.getAsBoolean()) ? null : this.reader.read(this, () -> this.cancelled);
		}
		catch (Throwable ex) {
			next = HistoryBatch.FAILED;
			this.reader.failed(ex);
		}
		this.reading = false;
		if (this.cancelled) {
			this.reader.close();
			next = (next == HistoryBatch.FAILED) ? next : null;
		}
		// Last: once the worker sees it, another thread may be at the history
		this.batch = next;
		this.signal.run();
	}

	@Override
	public void growTo(long size) throws InterruptedException {
		HistoryTurns.Turn current = this.turn;
		if (current != null) {
			current.growTo(size);
		}
	}

	@Override
	public void filled(long size) {
		HistoryTurns.Turn current = this.turn;
		if (current != null) {
			current.read(size);
		}
	}

}
