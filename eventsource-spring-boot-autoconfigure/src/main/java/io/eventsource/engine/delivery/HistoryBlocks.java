package io.eventsource.engine.delivery;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.eventsource.engine.log.EncodedEvent;

/**
 * The blocks of a batch of a history that is being read.
 */
final class HistoryBlocks {

	private final Room room;

	private final List<byte[]> blocks = new ArrayList<>();

	private long size;

	HistoryBlocks(Room room) {
		this.room = room;
	}

	/**
	 * How many bytes the blocks have.
	 */
	long size() {
		return this.size;
	}

	/**
	 * Waits until there is room for so many more bytes.
	 */
	void makeRoom(long more) throws InterruptedException {
		this.room.growTo(this.size + more);
	}

	/**
	 * Adds a block from an offset on, once there is room for it.
	 */
	void add(EncodedEvent encoded, int offset) throws InterruptedException {
		byte[] body = encoded.body();
		makeRoom(body.length - offset);
		this.blocks.add((offset > 0) ? Arrays.copyOfRange(body, offset, body.length) : body);
		this.size += body.length - offset;
	}

	/**
	 * Joins the blocks. A single one is not copied, since it may be large.
	 */
	byte[] join() {
		if (this.blocks.size() == 1) {
			return this.blocks.get(0);
		}
		ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) this.size);
		this.blocks.forEach(bytes::writeBytes);
		return bytes.toByteArray();
	}

	/**
	 * The room that a batch has.
	 */
	interface Room {

		/**
		 * Waits until the batch may have so many bytes.
		 */
		void growTo(long size) throws InterruptedException;

		/**
		 * Says how large the batch has become.
		 */
		void filled(long size);

	}

}
