package io.eventsource.redis;

import java.util.List;

import io.lettuce.core.StreamMessage;

/**
 * How many entries of one channel are read at once, so that they take about as many bytes
 * as they should. Redis counts entries only, so this goes by those that were read before:
 * by their average, and by the largest of late, in case more of its size follow. Where
 * the next ones are larger all the same, an {@link EntryPage} keeps no more of them.
 * Thread-safe.
 */
final class PageSize {

	/** How many bytes of entries are read at once, about. */
	static final long BYTES = 1024 * 1024;

	/** How many of them are read at once for a client that comes back, about. */
	static final long HISTORY_BYTES = 128 * 1024;

	private static final int MAX = 512;

	private static final int FIRST = 64;

	/** The most that is read of what nobody has seen the size of. */
	private static final int UNKNOWN = 8;

	private long average;

	private long largest;

	/**
	 * How many entries are to be read to keep up with what is published.
	 */
	synchronized int live() {
		return (this.average > 0) ? fitting(BYTES, MAX) : FIRST;
	}

	/**
	 * How many entries are to be read for a client that comes back. The first of them is
	 * one that it has.
	 */
	synchronized int history() {
		return Math.max(2, (this.average > 0) ? fitting(HISTORY_BYTES, MAX) : UNKNOWN);
	}

	private int fitting(long bytes, int most) {
		long count = Math.min(bytes / this.average, 4 * bytes / this.largest);
		return (int) Math.max(1, Math.min(most, count));
	}

	/**
	 * Takes note of what was read.
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
			// Forgotten after some ten thousand small ones
			this.largest = Math.max(most, this.largest - this.largest * entries.size() / 4096);
		}
	}

}
