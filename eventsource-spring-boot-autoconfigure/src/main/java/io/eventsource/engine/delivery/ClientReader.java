package io.eventsource.engine.delivery;

import io.eventsource.CloseReason;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.log.StartPosition;
import org.jspecify.annotations.Nullable;

/**
 * What one client gets next, from its history and the log. Belongs to its worker.
 */
final class ClientReader {

	private final Delivery delivery;

	private final EventLog log;

	private final Recipient recipient;

	/** What the client may see; {@code null} for everything. */
	private final @Nullable ClientFilter filter;

	private final WorkerShare share;

	private final Output output;

	private final LogReader place;

	private final ClientHistory history;

	private final ClientStart start;

	private final LastBlock lastBlock;

	ClientReader(Delivery delivery, Recipient recipient, @Nullable ClientFilter filter, WorkerShare share,
			Output output, Beginning beginning) {
		this.delivery = delivery;
		this.log = delivery.log();
		this.recipient = recipient;
		this.filter = filter;
		this.share = share;
		this.output = output;
		this.place = new LogReader(delivery, recipient, filter, share, output, beginning);
		this.history = new ClientHistory(delivery, recipient, share.signaller());
		this.start = new ClientStart(delivery, recipient, filter, share.budget(), this.place, this.history);
		this.lastBlock = new LastBlock(delivery, recipient.keepsPositions());
	}

	/**
	 * Makes ready what is to be found out before the client gets something. Called once.
	 */
	void prepare() {
		this.start.prepare();
	}

	/**
	 * Whether there is something to be written.
	 * @param tail what comes next in the log, or came when the worker began its pass
	 */
	boolean hasWork(long tail) {
		if (!this.output.isEmpty() || this.output.isUnflushed()) {
			return true;
		}
		if (this.history.isActive()) {
			return this.history.hasWork();
		}
		return this.start.hasWork() || this.log.hasEnded() || this.place.position() < tail;
	}

	/**
	 * Takes what comes next, if there is nothing to be written.
	 * @return why the connection is to end; {@code null} if it is not
	 */
	@Nullable CloseReason read() {
		if (this.output.advance()) {
			return null;
		}
		if (this.history.isActive()) {
			return readHistory();
		}
		return (this.filter == null || !this.share.budget().isSpent()) ? readLog() : null;
	}

	private @Nullable CloseReason readHistory() {
		HistoryBatch batch = this.history.next();
		if (batch == null || batch == HistoryBatch.UNAVAILABLE) {
			return (batch != null) ? CloseReason.FAILED : null;
		}
		this.share.counts().replayed(batch.count());
		StartPosition end = batch.end();
		if (end == null) {
			put(batch.bytes());
		}
		else {
			leaveHistory(batch, end);
		}
		this.history.writing(this.output.advance());
		return null;
	}

	private void leaveHistory(HistoryBatch batch, StartPosition end) {
		this.history.leave();
		if (this.filter != null) {
			this.filter.passed(batch.hidden());
		}
		if (!this.place.enterBehind(end, batch.bytes())) {
			// The events behind it have left the log meanwhile; the history may have them
			this.history.resume();
			put(batch.bytes());
		}
	}

	private @Nullable CloseReason readLog() {
		boolean over = this.log.hasEnded();
		boolean more = this.place.position() < this.log.tail();
		if (this.start.hasWork() || (more && this.start.isPending())) {
			this.start.begin();
		}
		else if (this.filter != null && this.filter.isCheckpointDue()) {
			checkpoint();
		}
		else if (more) {
			return this.place.read() ? null : CloseReason.OVERFLOW;
		}
		else if (over) {
			return readEnd();
		}
		return null;
	}

	private @Nullable CloseReason readEnd() {
		if (isBehind()) {
			checkpoint();
			return null;
		}
		byte[] block = this.lastBlock.takeEnd(this.place.isDisplaced());
		put(block);
		return (block.length == 0 && !this.output.isUnflushed()) ? this.delivery.outcome().endReason() : null;
	}

	/**
	 * Takes what a client gets that is to leave.
	 * @param reason why it is to leave
	 * @return why the connection is to end now; {@code null} if it is not yet
	 */
	@Nullable CloseReason readLast(CloseReason reason) {
		if (this.output.advance()) {
			return null;
		}
		if (isBehind()) {
			checkpoint();
			return null;
		}
		byte[] block = (reason == CloseReason.SHUTDOWN) ? this.lastBlock.takeReturnTime() : new byte[0];
		put(block);
		return (block.length == 0 && !this.output.isUnflushed()) ? reason : null;
	}

	/**
	 * Takes what an idle client gets: its position if it does not know it, or a
	 * heartbeat.
	 */
	void readHeartbeat() {
		byte[] position = (this.filter != null && isBehind()) ? this.filter.checkpoint(this.log, this.place.position())
				: new byte[0];
		String event = this.delivery.heartbeatEvent(this.recipient);
		byte[] heartbeat = (position.length == 0 || !event.isEmpty()) ? FrameEncoder.heartbeat(event) : new byte[0];
		this.output.put(position, heartbeat, null, this.place.position());
	}

	/**
	 * Whether the client has passed events that it was not shown, and does not know it.
	 */
	private boolean isBehind() {
		return this.filter != null && !this.history.isActive() && this.filter.isBehind();
	}

	private void checkpoint() {
		if (this.filter != null) {
			boolean silent = !this.delivery.heartbeatEvent(this.recipient).isEmpty();
			this.output.put(this.filter.checkpoint(this.log, this.place.position()), this.place.position(), silent);
		}
	}

	private void put(byte[] block) {
		this.output.put(block, this.place.position());
	}

	/**
	 * Takes note that the client was sent a slice completely.
	 */
	void sent(Slice slice) {
		this.history.written();
		this.place.sent(slice);
		this.share.counts().delivered(slice);
		this.delivery.missed(this.recipient.client(), slice.gaps());
	}

	/**
	 * The position of the event that will come next in the log.
	 */
	long tail() {
		return this.log.tail();
	}

	/**
	 * The place of the client in the log.
	 */
	LogReader place() {
		return this.place;
	}

	/**
	 * Whether nothing is left for the client, be it to be written or to be read.
	 */
	boolean hasEverything() {
		return this.output.isEmpty() && !this.output.isUnflushed() && !this.history.isActive()
				&& !this.start.isSearching() && this.place.position() >= this.log.tail();
	}

	/**
	 * Whether the client waits for its history, and not for the publisher.
	 */
	boolean isAbsent() {
		return this.history.isActive() && !this.delivery.context().personal();
	}

	/**
	 * Whether the client has fallen out of the log. It may finish what it has begun with.
	 */
	boolean isOverrun() {
		return this.output.isEmpty() && !this.history.isActive() && this.place.isOverrun();
	}

	/**
	 * Whether others wait for the history that this client has a part of.
	 */
	boolean holdsUpHistories() {
		return this.history.holdsUpOthers();
	}

	/**
	 * Reads nothing more, since the client has gone. Never blocks.
	 */
	void cancel() {
		this.history.cancel();
	}

}
