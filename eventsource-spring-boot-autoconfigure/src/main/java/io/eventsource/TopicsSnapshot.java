package io.eventsource;

import java.util.Map;

/**
 * The topics of a stream at one moment, as sums.
 *
 * @param stream the name of the stream
 * @param topics the number of topics
 * @param sources the number of sources that were started and had not ended
 * @param bytes the number of bytes that the events of all topics took
 * @param forgotten how many topics had been forgotten, for each reason
 */
public record TopicsSnapshot(String stream, int topics, int sources, long bytes, Map<Reason, Long> forgotten) {

	/**
	 * Copies the counts.
	 */
	public TopicsSnapshot {
		forgotten = Map.copyOf(forgotten);
	}

	/**
	 * Why a topic was forgotten.
	 */
	public enum Reason {

		/** The last client left, and there was no event. */
		EMPTY,

		/** Its time was over. */
		LINGER,

		/** Another topic needed its place. */
		MAX_TOPICS,

		/** The events of all topics took too much memory, so that it had none left. */
		MEMORY

	}

}
