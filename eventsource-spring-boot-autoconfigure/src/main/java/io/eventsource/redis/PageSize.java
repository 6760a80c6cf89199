package io.eventsource.redis;

import java.util.List;

import io.lettuce.core.StreamMessage;

/**
 * Determines how many entries of one channel are read at once, so that they have about as
 * many bytes as they should. Redis limits a reply only by the number of entries, so the
 * number follows from the sizes of those that were read before: from their average, and
 * from the largest recent one, since others of its size may follow. If the next ones are
 * larger nevertheless, an {@link EntryPage} drops those beyond the limit. Thread-safe.
 */
final class PageSize {

	/** The approximate number of bytes that are read at once. */
	static final long BYTES = 1024 * 1024;

	/** The approximate number of bytes that are read at once for one client. */
	static final long HISTORY_BYTES = 128 * 1024;

	private static final int MAX = 512;

	private static final int FIRST = 64;

	/** The number of entries to read for one client before their size is known. */
	private static final int UNKNOWN = 8;

	private long average;

	private long largest;

	/**
	 * Returns how many entries to read in order to keep up with publishers.
	 */
	synchronized int live() {
		return (this.average > 0) ? fitting(BYTES, MAX) : FIRST;
	}

	/**
	 * Returns how many entries to read for a client that comes back. The client has the
	 * first of them already.
	 */
	synchronized int history() {
		return Math.max(2, (this.average > 0) ? fitting(HISTORY_BYTES, MAX) : UNKNOWN);
	}

	private int fitting(long bytes, int most) {
		long count = Math.min(bytes / this.average, 4 * bytes / this.largest);
		return (int) Math.max(1, Math.min(most, count));
	}

	/**
	 * Records the sizes of entries that were read.
	 */
	synchronized void read(List<StreamMessage<byte[], byte[]>> entries) {
		long sum = 0;
		long most = 1;
		for (StreamMessage<byte[], byte[]> entry : entries) {
			long size = Entry.size(entry);
			sum += size;
			most = Math.max(most, size);
		}
		if (!entries.isEmpty()) {
			this.average = Math.max(1, sum / entries.size());
			// So that it is forgotten after some ten thousand small ones
			this.largest = Math.max(most, this.largest - this.largest * entries.size() / 4096);
		}
	}

}
