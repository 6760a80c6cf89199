package io.eventsource.engine.delivery;

import java.io.IOException;
import java.util.Arrays;

import io.eventsource.EventSink;
import io.eventsource.engine.log.Slice;
import org.jspecify.annotations.Nullable;

/**
 * What is written to one connection next. Belongs to its worker.
 */
final class Output {

	private final EventSink sink;

	private final KeptSlices kept;

	/** What is written now, from {@link #offset} on. */
	private @Nullable Slice current;

	private int offset;

	/** What comes after {@link #current}, so that it cannot leave the log before. */
	private @Nullable Slice reserved;

	private boolean unflushed;

	/** Whether nobody notices what is written now. */
	private boolean silent;

	private long lastWrite;

	private long bytes;

	Output(EventSink sink, KeptSlices kept, long now) {
		this.sink = sink;
		this.kept = kept;
		this.lastWrite = now;
	}

	/**
	 * Puts a slice of the log here, where there is nothing else.
	 */
	void put(Slice slice) {
		this.current = slice;
	}

	/**
	 * Puts a block here that is not from the log, where there is nothing else.
	 * @param position the position of the client, which stays
	 */
	void put(byte[] block, long position) {
		if (block.length > 0) {
			this.current = Slice.of(block, position);
		}
	}

	/**
	 * The same for a block that may leave the client idle.
	 * @param silent whether it does, since no page sees it
	 */
	void put(byte[] block, long position, boolean silent) {
		put(block, position);
		this.silent = silent && block.length > 0;
	}

	/**
	 * Puts blocks and a slice here: in one piece if it is small enough to be written at
	 * once, so that no part of it has to be kept for a client that takes no more.
	 */
	void put(byte[] before, byte[] after, @Nullable Slice slice, long position) {
		byte[] block = (before.length == 0) ? after : join(before, after);
		if (slice == null) {
			put(block, position);
		}
		else if (block.length == 0) {
			this.current = slice;
		}
		else if (block.length + slice.length() <= Slice.MAX_WRITE) {
			this.current = slice.behind(block);
		}
		else {
			put(block, position);
			this.reserved = slice;
		}
	}

	private static byte[] join(byte[] first, byte[] second) {
		byte[] both = Arrays.copyOf(first, first.length + second.length);
		System.arraycopy(second, 0, both, first.length, second.length);
		return both;
	}

	/**
	 * Whether nothing is left to be written.
	 */
	boolean isEmpty() {
		return this.current == null && this.reserved == null;
	}

	/**
	 * Whether something was written that may not have been sent yet.
	 */
	boolean isUnflushed() {
		return this.unflushed;
	}

	/**
	 * Has the headers be sent, also before there is an event.
	 */
	void flushLater() {
		this.unflushed = true;
	}

	/**
	 * The last of what is to be written.
	 */
	@Nullable Slice last() {
		return (this.reserved != null) ? this.reserved : this.current;
	}

	/**
	 * Whether there is something to be written now.
	 */
	boolean advance() {
		if (this.current == null) {
			this.current = this.reserved;
			this.reserved = null;
		}
		return this.current != null;
	}

	/**
	 * Writes a part.
	 * @return how many bytes were written
	 */
	int write(long now) throws IOException {
		Slice slice = this.current;
		int left = (slice != null) ? slice.length() - this.offset : 0;
		int length = (left > Slice.MAX_WRITE) ? Slice.MAX_BYTES : left;
		if (slice != null && length > 0) {
			this.unflushed = true;
			this.sink.write(slice.bytes(), slice.start() + this.offset, length);
			this.offset += length;
			this.lastWrite = this.silent ? this.lastWrite : now;
			this.bytes += length;
		}
		return length;
	}

	/**
	 * Removes what has been written completely.
	 * @return the slice; {@code null} if a part of it is left
	 */
	@Nullable Slice takeWritten() {
		Slice slice = this.current;
		if (slice == null || this.offset < slice.length()) {
			return null;
		}
		this.current = null;
		this.offset = 0;
		this.silent = false;
		return slice;
	}

	void flush() throws IOException {
		if (this.unflushed) {
			this.sink.flush();
			this.unflushed = false;
		}
	}

	/**
	 * Counts what is left as kept by the client.
	 */
	void keep() {
		if (!this.kept.are(this.current, this.reserved)) {
			this.kept.count(this.current, this.reserved);
		}
	}

	/**
	 * Drops what is left: the transport may keep the connection for longer than the
	 * stream does.
	 */
	void discard() {
		this.current = null;
		this.reserved = null;
	}

	/**
	 * When something was last written that does not leave the client idle, or a heartbeat
	 * was due.
	 */
	long lastWrite() {
		return this.lastWrite;
	}

	/**
	 * Takes note that a heartbeat is due.
	 */
	void beat(long now) {
		this.lastWrite = now;
	}

	/**
	 * How many bytes were written in all.
	 */
	long bytes() {
		return this.bytes;
	}

}
