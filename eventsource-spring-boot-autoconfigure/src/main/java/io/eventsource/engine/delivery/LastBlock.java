package io.eventsource.engine.delivery;

import io.eventsource.CloseReason;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.FrameEncoder;

/**
 * The block that one client gets last, by which it knows whether and when to come back.
 */
final class LastBlock {

	private static final byte[] NONE = new byte[0];

	private final Delivery delivery;

	private final boolean keepsPositions;

	private boolean sent;

	LastBlock(Delivery delivery, boolean keepsPositions) {
		this.delivery = delivery;
		this.keepsPositions = keepsPositions;
	}

	/**
	 * Takes the block for a client that has everything of a log that has ended.
	 * @param displaced whether the client was moved to its place in the log, and sent
	 * nothing of it
	 * @return the block; empty if there is none, or it was taken already
	 */
	byte[] takeEnd(boolean displaced) {
		if (this.sent || !this.keepsPositions) {
			return NONE;
		}
		byte[] block = needsEnd(displaced) ? end() : this.delivery.outcome().farewell();
		this.sent = block.length > 0;
		return block;
	}

	/**
	 * Whether the client would not know by the last id that it has that there is nothing
	 * more to come.
	 */
	private boolean needsEnd(boolean displaced) {
		return this.delivery.context().personal() ? this.delivery.outcome().endReason() == CloseReason.COMPLETED
				: displaced || this.delivery.log().endsWithGap();
	}

	private byte[] end() {
		EventLog log = this.delivery.log();
		String id = this.delivery.context().personal() ? FrameEncoder.endId(log.epoch())
				: this.delivery.placement().endId();
		return FrameEncoder.checkpoint(id, this.delivery.settings().connection().heartbeat().event());
	}

	/**
	 * Takes the block for a client that is sent away by a shutdown, with the time after
	 * which it is to come back.
	 * @return the block; empty if there is none, or it was taken already
	 */
	byte[] takeReturnTime() {
		if (this.sent || !this.keepsPositions) {
			return NONE;
		}
		this.sent = true;
		return FrameEncoder.retry(Departure.returnTime(this.delivery.settings()));
	}

}
