package io.eventsource.redis;

/**
 * What Redis knows about a stream.
 *
 * @param last the id of the entry that was added last, even if it was deleted since
 * @param length the number of entries that the stream has
 * @param added the number of entries that were ever added; as many as the stream has
 * before Redis 7, which does not count them
 */
record StreamFacts(EntryId last, long length, long added) {

	/** What is known of a stream that does not exist. */
	static final StreamFacts NONE = new StreamFacts(EntryId.ZERO, 0, 0);

	/**
	 * Returns whether the stream has all entries that were ever added to it.
	 */
	boolean isComplete() {
		return this.added == this.length;
	}

}
