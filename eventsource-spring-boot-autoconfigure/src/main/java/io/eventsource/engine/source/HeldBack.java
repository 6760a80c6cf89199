package io.eventsource.engine.source;

import io.eventsource.BufferedSubscription;
import org.jspecify.annotations.Nullable;

/**
 * Remembers whether a publisher that buffers its events holds one back until there is
 * room for it, so that the publisher is resumed then. Thread-safe.
 */
final class HeldBack {

	private volatile @Nullable BufferedSubscription subscription;

	private volatile boolean holding;

	/**
	 * Sets the subscription, once there is one.
	 */
	void subscribed(BufferedSubscription subscription) {
		this.subscription = subscription;
	}

	/**
	 * Returns the subscription; {@code null} if the publisher does not buffer its events.
	 */
	@Nullable BufferedSubscription subscription() {
		return this.subscription;
	}

	void set(boolean holding) {
		this.holding = holding;
	}

	/**
	 * Returns the subscription if it holds back an event, and assumes that it is resumed.
	 */
	@Nullable BufferedSubscription take() {
		BufferedSubscription held = this.subscription;
		if (this.holding && held != null) {
			this.holding = false;
			return held;
		}
		return null;
	}

}
