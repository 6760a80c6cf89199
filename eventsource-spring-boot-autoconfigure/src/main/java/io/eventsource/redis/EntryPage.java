package io.eventsource.redis;

import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.StreamMessage;
import io.lettuce.core.output.StreamingOutput;

/**
 * The entries of one stream that one command has read, as far as there is memory for
 * them. Redis counts entries and does not know how large a reply may be, so that the
 * entries behind the limit are dropped as they arrive, and have to be read again. The
 * first two are kept however large they are, because a reader that repeats the last entry
 * of the page before would not get on otherwise.
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
	 * @param limit after how many bytes no further entry is kept
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
	 * The entries that were kept, in the order in which they arrived.
	 */
	List<StreamMessage<byte[], byte[]>> entries() {
		return this.entries;
	}

	/**
	 * How many entries have arrived, with those that were dropped.
	 */
	int received() {
		return this.received;
	}

}
