package io.eventsource.engine.source;

import io.eventsource.BufferedSubscription;
import org.jspecify.annotations.Nullable;

/**
 * Whether a publisher that buffers its events holds one back until there is room for it,
 * and is to be resumed then. Any thread.
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
	 * The subscription; {@code null} if the publisher does not buffer its events.
	 */
	@Nullable BufferedSubscription subscription() {
		return this.subscription;
	}

	void set(boolean holding) {
		this.holding = holding;
	}

	/**
	 * Takes the subscription that is to be resumed, if it holds back an event.
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
