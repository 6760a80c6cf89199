package io.eventsource;

import java.time.Duration;

/**
 * Settings of one stream. Immutable.
 *
 * @param retry the reconnection time that clients are told, in whole milliseconds
 * @param heartbeat how long a client is sent nothing before it gets a comment;
 * {@link Duration#ZERO} for never
 * @param bufferSize how many events are kept: the replay window, and how far a client may
 * lag
 * @param bufferMemory how many bytes of encoded events are kept at most
 * @param maxEventSize the most bytes that one encoded event may have
 * @param writeTimeout how long a client may take nothing before it is closed
 */
public record StreamSettings(Duration retry, Duration heartbeat, int bufferSize, long bufferMemory, int maxEventSize,
		Duration writeTimeout) {

	/** What the clock can count. */
	private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

	private static final StreamSettings DEFAULTS = new StreamSettings(Duration.ofSeconds(3), Duration.ofSeconds(15),
			1024, 16 * 1024 * 1024, 1024 * 1024, Duration.ofSeconds(30));

	/**
	 * Checks the settings.
	 * @throws IllegalArgumentException if a value is out of its range; the message starts
	 * with the name of the property
	 */
	public StreamSettings {
		requireCountable("retry", retry);
		requireCountable("heartbeat", heartbeat);
		requireCountable("write-timeout", writeTimeout);
		require(!retry.isNegative() && retry.getNano() % 1_000_000 == 0, "retry",
				"must not be negative and must be in whole milliseconds", retry);
		require(!heartbeat.isNegative(), "heartbeat", "must not be negative; use 0 for none", heartbeat);
		require(bufferSize > 0, "buffer-size", "must be at least 1", bufferSize);
		require(maxEventSize > 0, "max-event-size", "must be at least 1 byte", maxEventSize);
		require(bufferMemory >= maxEventSize, "buffer-memory",
				"must hold one event of max-event-size (" + maxEventSize + " bytes)", bufferMemory);
		require(!writeTimeout.isNegative() && !writeTimeout.isZero(), "write-timeout", "must be positive",
				writeTimeout);
	}

	/**
	 * Returns the settings that apply where nothing is said.
	 * @return the defaults
	 */
	public static StreamSettings defaults() {
		return DEFAULTS;
	}

	/**
	 * Returns a copy with another reconnection time.
	 * @param retry the reconnection time
	 * @return the copy
	 */
	public StreamSettings withRetry(Duration retry) {
		return new StreamSettings(retry, this.heartbeat, this.bufferSize, this.bufferMemory, this.maxEventSize,
				this.writeTimeout);
	}

	/**
	 * Returns a copy with another heartbeat.
	 * @param heartbeat the idle time after which a comment is sent
	 * @return the copy
	 */
	public StreamSettings withHeartbeat(Duration heartbeat) {
		return new StreamSettings(this.retry, heartbeat, this.bufferSize, this.bufferMemory, this.maxEventSize,
				this.writeTimeout);
	}

	/**
	 * Returns a copy with another number of events kept.
	 * @param bufferSize the number of events
	 * @return the copy
	 */
	public StreamSettings withBufferSize(int bufferSize) {
		return new StreamSettings(this.retry, this.heartbeat, bufferSize, this.bufferMemory, this.maxEventSize,
				this.writeTimeout);
	}

	/**
	 * Returns a copy with another bound on the bytes kept.
	 * @param bufferMemory the number of bytes
	 * @return the copy
	 */
	public StreamSettings withBufferMemory(long bufferMemory) {
		return new StreamSettings(this.retry, this.heartbeat, this.bufferSize, bufferMemory, this.maxEventSize,
				this.writeTimeout);
	}

	/**
	 * Returns a copy with another limit on one event.
	 * @param maxEventSize the number of bytes
	 * @return the copy
	 */
	public StreamSettings withMaxEventSize(int maxEventSize) {
		return new StreamSettings(this.retry, this.heartbeat, this.bufferSize, this.bufferMemory, maxEventSize,
				this.writeTimeout);
	}

	/**
	 * Returns a copy with another write timeout.
	 * @param writeTimeout how long a client may take nothing
	 * @return the copy
	 */
	public StreamSettings withWriteTimeout(Duration writeTimeout) {
		return new StreamSettings(this.retry, this.heartbeat, this.bufferSize, this.bufferMemory, this.maxEventSize,
				writeTimeout);
	}

	private static void requireCountable(String property, Duration time) {
		require(time.compareTo(LONGEST) <= 0, property, "must be at most " + LONGEST, time);
	}

	private static void require(boolean condition, String property, String rule, Object value) {
		if (!condition) {
			throw new IllegalArgumentException(property + " " + rule + "; got " + value);
		}
	}

}
