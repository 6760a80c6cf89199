package io.eventsource;

/**
 * How much a stream holds, and what happens to a client that needs what it no longer
 * holds. Immutable.
 *
 * @param size how many events are kept: the replay window, and how far a client may lag
 * @param memory how many bytes of events are held at most, in addition to one event: in
 * the log, waiting for room in it, on their way to clients, and kept for filters
 * @param maxEventSize the maximum size of one encoded event, in bytes
 * @param overflow how a client is handled that lags further than the buffer reaches
 */
public record BufferSettings(int size, long memory, int maxEventSize, OverflowStrategy overflow) {

	/** What still fits into the heap of an ordinary machine, beside the events. */
	private static final int LARGEST = 1 << 24;

	/**
	 * Checks the settings.
	 * @throws IllegalArgumentException if a value is out of its range; the message starts
	 * with the name of the property
	 */
	public BufferSettings {
		SettingCheck.require(size > 0, "buffer-size", "must be at least 1", size);
		SettingCheck.require(size <= LARGEST, "buffer-size", "must be at most " + LARGEST, size);
		SettingCheck.require(maxEventSize > 0, "max-event-size", "must be at least 1 byte", maxEventSize);
		SettingCheck.require(memory >= maxEventSize, "buffer-memory",
				"must hold one event of max-event-size (" + maxEventSize + " bytes)", memory);
	}

}
