package io.eventsource.engine.delivery;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.LogId;
import io.eventsource.engine.log.Slice;
import org.jspecify.annotations.Nullable;

/**
 * What one client gets next, from its history and from the log. Belongs to the worker of
 * the client.
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

	private final LastBlock lastBlock;

	/** What looks for the first of the latest events that it may see, until found. */
	private @Nullable ReplaySearch search;

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
		this.lastBlock = new LastBlock(delivery, recipient.keepsPositions());
	}

	/**
	 * Makes ready what is to be found out before the client gets something: its history,
	 * or which of the latest events it may see. Called once.
	 */
	void prepare() {
		Beginning beginning = this.place.beginning();
		if (beginning == null) {
			return;
		}
		if (beginning.hasGap()) {
			this.history.prepare(beginning.resolve(this.place.position()));
		}
		else if (this.filter != null && this.place.position() < beginning.live() && !this.log.hasEnded() && isNew()) {
			this.search = new ReplaySearch(this.log, this.filter, beginning.live(),
					this.delivery.settings().replay().initial());
		}
	}

	private boolean isNew() {
		EventClient client = this.recipient.client();
		return client.lastEventId() == null || LogId.isOpening(client.lastEventId());
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
		Beginning beginning = this.place.beginning();
		if (this.search != null || (beginning != null && beginning.hasGap())) {
			return true;
		}
		return this.log.hasEnded() || this.place.position() < tail;
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
			readHistory();
			return null;
		}
		return (this.filter == null || !this.share.budget().isSpent()) ? readLog() : null;
	}

	private void readHistory() {
		HistoryBatch batch = this.history.next();
		if (batch == null) {
			return;
		}
		this.share.counts().replayed(batch.count());
		EventLog.Start end = batch.end();
		if (end == null) {
			put(batch.bytes());
		}
		else {
			leaveHistory(batch, end);
		}
		this.history.writing(this.output.advance());
	}

	private void leaveHistory(HistoryBatch batch, EventLog.Start end) {
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
		Beginning beginning = this.place.beginning();
		if (beginning != null && (beginning.hasGap() || this.search != null || more)) {
			begin(beginning);
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
	 * Begins in the log, or with the history of what has left it meanwhile.
	 */
	private void begin(Beginning beginning) {
		Beginning found = beginning;
		ReplaySearch current = this.search;
		if (current != null) {
			if (!isFound(current)) {
				return;
			}
			found = beginning.from(Math.min(beginning.position(), current.position()));
			this.place.beginAt(found);
			this.search = null;
		}
		this.place.begin(found, this.history);
	}

	private boolean isFound(ReplaySearch search) {
		return this.delivery.visibility().hasFilters()
				? Boolean.TRUE.equals(this.recipient.inContext(() -> search.search(this.share.budget())))
				: search.search(this.share.budget());
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
	 * Takes what an idle client gets in place of events: its position, if it has passed
	 * events that it was not shown, or else a comment.
	 */
	void readHeartbeat() {
		if (isBehind()) {
			checkpoint();
		}
		if (this.output.isEmpty()) {
			put(FrameEncoder.heartbeat());
		}
	}

	/**
	 * Whether the client has passed events that it was not shown, and does not know it.
	 */
	private boolean isBehind() {
		return this.filter != null && !this.history.isActive() && this.filter.isBehind();
	}

	private void checkpoint() {
		if (this.filter != null) {
			put(this.filter.checkpoint(this.log, this.place.position()));
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
		if (!slice.gaps().isEmpty()) {
			slice.gaps().forEach((cause) -> this.delivery.context().missed(this.recipient.client(), cause, null));
		}
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
		return this.output.isEmpty() && !this.output.isUnflushed() && !this.history.isActive() && this.search == null
				&& this.place.position() >= this.log.tail();
	}

	/**
	 * Whether the client waits for its history, and not for the publisher.
	 */
	boolean isAbsent() {
		return this.history.isActive() && !this.delivery.context().personal();
	}

	/**
	 * Whether the client will have to be disconnected once it takes something again. One
	 * that has begun with an event may still finish it.
	 */
	boolean isOverrun() {
		return this.output.isEmpty() && !this.history.isActive() && this.place.isOverrun();
	}

	/**
	 * Whether others wait for their turn to get a history, and this client has a part of
	 * its own.
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
