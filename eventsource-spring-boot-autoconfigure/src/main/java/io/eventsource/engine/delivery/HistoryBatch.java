package io.eventsource.engine.delivery;

import io.eventsource.engine.log.StartPosition;
import org.jspecify.annotations.Nullable;

/**
 * A part of a history, as it is sent to one client.
 *
 * @param bytes the events
 * @param count how many they are, with those that the client is not shown
 * @param hidden how many the client was not shown since the last that it was
 * @param end where the client goes on in the log, with what it must be told; {@code null}
 * if there is more of the history
 */
record HistoryBatch(byte[] bytes, int count, int hidden, @Nullable StartPosition end) {

	/** In place of a batch for which the client is to come back. */
	static final HistoryBatch UNAVAILABLE = new HistoryBatch(new byte[0], 0, 0, null);

	/** In place of a batch that there will not be. */
	static final HistoryBatch FAILED = new HistoryBatch(new byte[0], 0, 0, null);

	/**
	 * Returns what was read before the history could not be read any more.
	 */
	static HistoryBatch unfinished(HistoryBlocks blocks, int count, int hidden) {
		return (blocks.size() > 0) ? new HistoryBatch(blocks.join(), count, hidden, null) : UNAVAILABLE;
	}

}
