package io.eventsource.engine.delivery;

import io.eventsource.engine.log.StartPosition;
import org.jspecify.annotations.Nullable;

/**
 * The history that one client is given before the log, if there is one that may know what
 * the client would miss. Belongs to the worker of the client.
 */
final class ClientHistory {

	private final Delivery delivery;

	private final Recipient recipient;

	private final Runnable signal;

	/** Whether it was looked for a history. */
	private boolean prepared;

	private @Nullable HistoryReplay replay;

	/** Whether all of the history was taken. */
	private boolean over;

	/** Whether a batch of the history is being written. */
	private boolean writing;

	/**
	 * Makes the history of a client.
	 * @param signal called when something has been read
	 */
	ClientHistory(Delivery delivery, Recipient recipient, Runnable signal) {
		this.delivery = delivery;
		this.recipient = recipient;
		this.signal = signal;
	}

	/**
	 * Puts the history before the log, if there is one.
	 * @param start where the client would be without it
	 * @return whether the client is to be given the history now
	 */
	boolean prepare(StartPosition start) {
		if (!this.prepared) {
			this.prepared = true;
			this.replay = this.delivery.histories()
				.replay(new HistoryRequest(this.recipient, start), this.delivery, this.signal);
		}
		return isActive();
	}

	/**
	 * Whether the client is given the history now.
	 */
	boolean isActive() {
		return this.replay != null && !this.over;
	}

	/**
	 * Whether something was read, or is to be asked for.
	 */
	boolean hasWork() {
		HistoryReplay current = this.replay;
		return current != null && (current.hasBatch() || current.isIdle());
	}

	/**
	 * Takes the next batch, or asks for it, which is not before the client could take it.
	 * @return the batch; {@code null} while it is not there
	 */
	@Nullable HistoryBatch next() {
		HistoryReplay current = this.replay;
		if (current == null) {
			return null;
		}
		if (current.isIdle()) {
			current.fetch();
			return null;
		}
		return current.take();
	}

	/**
	 * Goes on with the log.
	 */
	void leave() {
		this.over = true;
	}

	/**
	 * Asks the history again for what has left the log since it was asked.
	 */
	void resume() {
		this.over = false;
		if (this.replay != null) {
			this.replay.resume();
		}
	}

	/**
	 * Takes note that the bytes of a batch are about to be written, if it has any.
	 */
	void writing(boolean any) {
		this.writing = any;
		if (!any && this.replay != null) {
			this.replay.sent();
		}
	}

	/**
	 * Takes note that what was to be written has been.
	 */
	void written() {
		if (this.writing) {
			writing(false);
		}
	}

	/**
	 * Whether others wait for their turn to get a history, and this client has a part of
	 * its own.
	 */
	boolean holdsUpOthers() {
		return this.replay != null && (isActive() || this.writing) && this.replay.holdsUpOthers();
	}

	/**
	 * Reads nothing more, since the client has gone. Never blocks.
	 */
	void cancel() {
		written();
		if (this.replay != null && isActive()) {
			this.replay.cancel();
		}
	}

}
