package io.eventsource;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Settings of one stream. Immutable.
 *
 * @param retry the reconnection time that clients are told, in whole milliseconds
 * @param heartbeat how long a client is sent nothing before it gets a comment;
 * {@link Duration#ZERO} for never
 * @param bufferSize how many events are kept: the replay window, and how far a client may
 * lag
 * @param bufferMemory how many bytes of events are held at most, beside one event: in the
 * log, waiting for room in it, on their way to clients, and kept for filters
 * @param maxEventSize the most bytes that one encoded event may have
 * @param overflow what becomes of a client that lags further
 * @param initialReplay how many of the latest events a client without a last event id
 * gets first
 * @param gapEvent the type of the event that tells a client what it misses; empty for
 * none
 * @param historyMaxEvents how many events a client may be given from an
 * {@link EventHistory}
 * @param linger how long there may be no client before the publisher is let go;
 * {@code null} for ever
 * @param restartMinDelay the pause before a publisher that has failed is subscribed to
 * again; doubled with each further failure
 * @param restartMaxDelay the longest such pause
 * @param writeTimeout how long a client may take nothing before it is closed
 * @param maxLifetime how old a connection may become; {@link Duration#ZERO} for any age.
 * Each one lasts for 80 to 100 % of it, at random
 * @param flushInterval how long after events were sent the next ones may be held back, to
 * be sent together; {@link Duration#ZERO} for not at all
 * @param responseDelay how long the response to a request that is not a {@code GET} may
 * wait for the first sign of a publisher that its client has for itself, so that a
 * failure is answered as such; {@link Duration#ZERO} for not at all
 */
public record StreamSettings(Duration retry, Duration heartbeat, int bufferSize, long bufferMemory, int maxEventSize,
		OverflowStrategy overflow, int initialReplay, String gapEvent, int historyMaxEvents, @Nullable Duration linger,
		Duration restartMinDelay, Duration restartMaxDelay, Duration writeTimeout, Duration maxLifetime,
		Duration flushInterval, Duration responseDelay) {

	/** What still fits into the heap of an ordinary machine, beside the events. */
	private static final int LARGEST_BUFFER = 1 << 24;

	/** What the clock can count. */
	private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

	/** Longer, and streams would no longer be live. */
	private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);

	private static final StreamSettings DEFAULTS = new Builder().build();

	/**
	 * Checks the settings.
	 * @throws IllegalArgumentException if a value is out of its range; the message starts
	 * with the name of the property
	 */
	public StreamSettings {
		require(!retry.isNegative() && retry.getNano() % 1_000_000 == 0, "retry",
				"must not be negative and must be in whole milliseconds", retry);
		requireCountable("retry", retry);
		require(!heartbeat.isNegative(), "heartbeat", "must not be negative; use 0 for none", heartbeat);
		requireCountable("heartbeat", heartbeat);
		require(bufferSize > 0, "buffer-size", "must be at least 1", bufferSize);
		require(bufferSize <= LARGEST_BUFFER, "buffer-size", "must be at most " + LARGEST_BUFFER, bufferSize);
		require(maxEventSize > 0, "max-event-size", "must be at least 1 byte", maxEventSize);
		require(bufferMemory >= maxEventSize, "buffer-memory",
				"must hold one event of max-event-size (" + maxEventSize + " bytes)", bufferMemory);
		require(initialReplay >= 0 && initialReplay <= bufferSize, "initial-replay",
				"must be between 0 and buffer-size (" + bufferSize + ")", initialReplay);
		require(gapEvent.indexOf('\n') < 0 && gapEvent.indexOf('\r') < 0, "gap-event", "must not have a line break",
				Text.quote(gapEvent));
		require(historyMaxEvents > 0, "history.max-events", "must be at least 1", historyMaxEvents);
		if (linger != null) {
			require(!linger.isNegative(), "linger", "must not be negative", linger);
			requireCountable("linger", linger);
		}
		requirePositive("restart.min-delay", restartMinDelay);
		require(restartMaxDelay.compareTo(restartMinDelay) >= 0, "restart.max-delay",
				"must not be shorter than restart.min-delay (" + restartMinDelay + ")", restartMaxDelay);
		requireCountable("restart.max-delay", restartMaxDelay);
		requirePositive("write-timeout", writeTimeout);
		require(!maxLifetime.isNegative(), "max-lifetime", "must not be negative; use 0 for none", maxLifetime);
		requireCountable("max-lifetime", maxLifetime);
		require(!flushInterval.isNegative() && flushInterval.compareTo(LONGEST_INTERVAL) <= 0, "flush-interval",
				"must be between 0 and " + LONGEST_INTERVAL, flushInterval);
		require(!responseDelay.isNegative(), "response-delay", "must not be negative; use 0 for none", responseDelay);
		requireCountable("response-delay", responseDelay);
	}

	/**
	 * Returns the settings that apply where nothing is said.
	 * @return the defaults
	 */
	public static StreamSettings defaults() {
		return DEFAULTS;
	}

	/**
	 * Starts from the defaults.
	 * @return a new builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	private static void requirePositive(String property, Duration time) {
		require(!time.isNegative() && !time.isZero(), property, "must be positive", time);
		requireCountable(property, time);
	}

	private static void requireCountable(String property, Duration time) {
		require(time.compareTo(LONGEST) <= 0, property, "must be at most " + LONGEST, time);
	}

	private static void require(boolean condition, String property, String rule, Object value) {
		if (!condition) {
			throw new IllegalArgumentException(property + " " + rule + "; got " + value);
		}
	}

	/**
	 * Builds {@link StreamSettings}. Values are checked when all are there. Not
	 * thread-safe.
	 */
	public static final class Builder {

		private Duration retry = Duration.ofSeconds(3);

		private Duration heartbeat = Duration.ofSeconds(15);

		private int bufferSize = 1024;

		private long bufferMemory = 16 * 1024 * 1024;

		private int maxEventSize = 1024 * 1024;

		private OverflowStrategy overflow = OverflowStrategy.DISCONNECT;

		private int initialReplay;

		private String gapEvent = "gap";

		private int historyMaxEvents = 10_000;

		private @Nullable Duration linger;

		private Duration restartMinDelay = Duration.ofSeconds(1);

		private Duration restartMaxDelay = Duration.ofSeconds(30);

		private Duration writeTimeout = Duration.ofSeconds(30);

		private Duration maxLifetime = Duration.ZERO;

		private Duration flushInterval = Duration.ZERO;

		private Duration responseDelay = Duration.ofSeconds(2);

		private Builder() {
		}

		/**
		 * Sets the reconnection time.
		 * @param retry the reconnection time
		 * @return this builder
		 */
		public Builder retry(Duration retry) {
			this.retry = retry;
			return this;
		}

		/**
		 * Sets the heartbeat.
		 * @param heartbeat the idle time after which a comment is sent
		 * @return this builder
		 */
		public Builder heartbeat(Duration heartbeat) {
			this.heartbeat = heartbeat;
			return this;
		}

		/**
		 * Sets how many events are kept.
		 * @param bufferSize the number of events
		 * @return this builder
		 */
		public Builder bufferSize(int bufferSize) {
			this.bufferSize = bufferSize;
			return this;
		}

		/**
		 * Sets how many bytes are kept.
		 * @param bufferMemory the number of bytes
		 * @return this builder
		 */
		public Builder bufferMemory(long bufferMemory) {
			this.bufferMemory = bufferMemory;
			return this;
		}

		/**
		 * Sets the limit on one event.
		 * @param maxEventSize the number of bytes
		 * @return this builder
		 */
		public Builder maxEventSize(int maxEventSize) {
			this.maxEventSize = maxEventSize;
			return this;
		}

		/**
		 * Sets what becomes of a client that lags too far.
		 * @param overflow the strategy
		 * @return this builder
		 */
		public Builder overflow(OverflowStrategy overflow) {
			this.overflow = overflow;
			return this;
		}

		/**
		 * Sets how many events a new client gets first.
		 * @param initialReplay the number of events
		 * @return this builder
		 */
		public Builder initialReplay(int initialReplay) {
			this.initialReplay = initialReplay;
			return this;
		}

		/**
		 * Sets the type of the gap event.
		 * @param gapEvent the type; empty for no such event
		 * @return this builder
		 */
		public Builder gapEvent(String gapEvent) {
			this.gapEvent = gapEvent;
			return this;
		}

		/**
		 * Sets how many events a client may be given from a history.
		 * @param historyMaxEvents the number of events
		 * @return this builder
		 */
		public Builder historyMaxEvents(int historyMaxEvents) {
			this.historyMaxEvents = historyMaxEvents;
			return this;
		}

		/**
		 * Sets how long a publisher is kept without clients.
		 * @param linger the time; {@code null} for ever
		 * @return this builder
		 */
		public Builder linger(@Nullable Duration linger) {
			this.linger = linger;
			return this;
		}

		/**
		 * Sets the pause before a publisher that has failed is subscribed to again.
		 * @param restartMinDelay the pause after the first failure
		 * @return this builder
		 */
		public Builder restartMinDelay(Duration restartMinDelay) {
			this.restartMinDelay = restartMinDelay;
			return this;
		}

		/**
		 * Sets the longest pause before a publisher is subscribed to again.
		 * @param restartMaxDelay the longest pause
		 * @return this builder
		 */
		public Builder restartMaxDelay(Duration restartMaxDelay) {
			this.restartMaxDelay = restartMaxDelay;
			return this;
		}

		/**
		 * Sets the write timeout.
		 * @param writeTimeout how long a client may take nothing
		 * @return this builder
		 */
		public Builder writeTimeout(Duration writeTimeout) {
			this.writeTimeout = writeTimeout;
			return this;
		}

		/**
		 * Sets the longest life of a connection.
		 * @param maxLifetime the time; {@link Duration#ZERO} for any
		 * @return this builder
		 */
		public Builder maxLifetime(Duration maxLifetime) {
			this.maxLifetime = maxLifetime;
			return this;
		}

		/**
		 * Sets how long events may be held back to be sent together.
		 * @param flushInterval the time; {@link Duration#ZERO} to send each at once
		 * @return this builder
		 */
		public Builder flushInterval(Duration flushInterval) {
			this.flushInterval = flushInterval;
			return this;
		}

		/**
		 * Sets how long the response to a request that is not a {@code GET} may wait for
		 * the first sign of its publisher.
		 * @param responseDelay how long, {@link Duration#ZERO} for not at all; two
		 * seconds, if never called
		 * @return this builder
		 */
		public Builder responseDelay(Duration responseDelay) {
			this.responseDelay = responseDelay;
			return this;
		}

		/**
		 * Makes the settings.
		 * @return the settings
		 * @throws IllegalArgumentException if a value is out of its range
		 */
		public StreamSettings build() {
			return new StreamSettings(this.retry, this.heartbeat, this.bufferSize, this.bufferMemory, this.maxEventSize,
					this.overflow, this.initialReplay, this.gapEvent, this.historyMaxEvents, this.linger,
					this.restartMinDelay, this.restartMaxDelay, this.writeTimeout, this.maxLifetime, this.flushInterval,
					this.responseDelay);
		}

	}

}
