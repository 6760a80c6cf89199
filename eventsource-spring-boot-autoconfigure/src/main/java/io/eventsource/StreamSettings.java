package io.eventsource;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Settings of one stream. Immutable.
 *
 * @param buffer how much the stream holds
 * @param replay what clients get of what was published before they connected
 * @param connection how connections are kept, and when they end
 * @param publisher how long the stream stays subscribed to its publisher
 */
public record StreamSettings(BufferSettings buffer, ReplaySettings replay, ConnectionSettings connection,
		PublisherSettings publisher) {

	private static final StreamSettings DEFAULTS = new Builder().build();

	/**
	 * Checks that the settings fit together.
	 * @throws IllegalArgumentException if they do not; the message starts with the name
	 * of the property
	 */
	public StreamSettings {
		SettingCheck.require(replay.initial() >= 0 && replay.initial() <= buffer.size(), "initial-replay",
				"must be between 0 and buffer-size (" + buffer.size() + ")", replay.initial());
	}

	/**
	 * Returns the settings that apply where nothing is configured.
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

	/**
	 * Builds {@link StreamSettings}. The values are checked together, by {@link #build}.
	 * Not thread-safe.
	 */
	public static final class Builder {

		private Duration retry = Duration.ofSeconds(3);

		private Duration heartbeat = Duration.ofSeconds(15);

		private String heartbeatEvent = "";

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
		 * @param heartbeat the idle time after which a comment or an event is sent
		 * @return this builder
		 */
		public Builder heartbeat(Duration heartbeat) {
			this.heartbeat = heartbeat;
			return this;
		}

		/**
		 * Sets the type of the event that is the heartbeat.
		 * @param heartbeatEvent the type; empty for a comment
		 * @return this builder
		 */
		public Builder heartbeatEvent(String heartbeatEvent) {
			this.heartbeatEvent = heartbeatEvent;
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
		 * Sets the maximum size of one event.
		 * @param maxEventSize the number of bytes
		 * @return this builder
		 */
		public Builder maxEventSize(int maxEventSize) {
			this.maxEventSize = maxEventSize;
			return this;
		}

		/**
		 * Sets how clients are handled that lag too far.
		 * @param overflow the strategy
		 * @return this builder
		 */
		public Builder overflow(OverflowStrategy overflow) {
			this.overflow = overflow;
			return this;
		}

		/**
		 * Sets how many of the latest events a new client gets first.
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
		 * Sets the maximum number of events that a client is given from a history.
		 * @param historyMaxEvents the number of events
		 * @return this builder
		 */
		public Builder historyMaxEvents(int historyMaxEvents) {
			this.historyMaxEvents = historyMaxEvents;
			return this;
		}

		/**
		 * Sets how long the subscription is kept without clients.
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
		 * Sets the maximum age of a connection.
		 * @param maxLifetime the time; {@link Duration#ZERO} for no limit
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
		 * Sets how long the response to a request other than {@code GET} may wait for the
		 * first signal of its publisher.
		 * @param responseDelay the time; {@link Duration#ZERO} for no wait
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
			return new StreamSettings(
					new BufferSettings(this.bufferSize, this.bufferMemory, this.maxEventSize, this.overflow),
					new ReplaySettings(this.initialReplay, this.historyMaxEvents, this.gapEvent),
					new ConnectionSettings(this.retry, new HeartbeatSettings(this.heartbeat, this.heartbeatEvent),
							this.writeTimeout, this.maxLifetime, this.flushInterval, this.responseDelay),
					new PublisherSettings(this.linger, this.restartMinDelay, this.restartMaxDelay));
		}

	}

}
