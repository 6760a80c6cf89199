package io.eventsource.redis;

import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.StreamMessage;
import io.lettuce.core.output.StreamingOutput;

/**
 * The entries of one stream that one command has read, up to a number of bytes. Redis
 * limits a reply only by the number of entries, so entries beyond that are dropped as
 * they arrive, and have to be read again. The first two are kept whatever their size: a
 * reader that begins with the last entry of the previous page would make no progress
 * otherwise.
 */
final class EntryPage extends StreamingOutput.Subscriber<StreamMessage<byte[], byte[]>> {

	private static final int LEAST = 2;

	private final long limit;

	private final List<StreamMessage<byte[], byte[]>> entries = new ArrayList<>();

	private long bytes;

	private int received;

	private boolean full;

	/**
	 * Makes an empty page.
	 * @param limit the number of bytes after which no further entry is kept
	 */
	EntryPage(long limit) {
		this.limit = limit;
	}

	@Override
	public void onNext(StreamMessage<byte[], byte[]> entry) {
		this.received++;
		this.full |= this.bytes >= this.limit && this.entries.size() >= LEAST;
		if (!this.full) {
			this.entries.add(entry);
			this.bytes += Entry.size(entry);
		}
	}

	/**
	 * Returns the entries that were kept, in the order in which they arrived.
	 */
	List<StreamMessage<byte[], byte[]>> entries() {
		return this.entries;
	}

	/**
	 * Returns the number of entries that have arrived, including those that were dropped.
	 */
	int received() {
		return this.received;
	}

}
