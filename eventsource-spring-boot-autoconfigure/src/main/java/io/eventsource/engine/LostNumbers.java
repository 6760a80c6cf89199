package io.eventsource.engine;

/**
 * The highest numbers of the events that were forgotten with their topics, by a hash of
 * the topic. Topics that share a slot may make each other tell a gap where nothing is
 * missing, but never the other way round. Not thread-safe.
 */
final class LostNumbers {

	private static final int SLOTS = 4096;

	private final long[] numbers = new long[SLOTS];

	/**
	 * Takes note that all events of a topic up to a number were forgotten.
	 */
	void add(String topic, long number) {
		int slot = slot(topic);
		this.numbers[slot] = Math.max(this.numbers[slot], number);
	}

	/**
	 * The number up to which events of a topic may have been forgotten; zero if none was.
	 */
	long get(String topic) {
		return this.numbers[slot(topic)];
	}

	private static int slot(String topic) {
		int hash = topic.hashCode() * 0x9E3779B9;
		return (hash >>> 16 ^ hash) & (SLOTS - 1);
	}

}
