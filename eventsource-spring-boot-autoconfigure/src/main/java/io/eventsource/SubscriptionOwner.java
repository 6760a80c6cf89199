package io.eventsource;

/**
 * The channel of a subscription, which is told what happens to it. Called under the lock
 * of the channel, but for {@link #pace}.
 */
interface SubscriptionOwner {

	/**
	 * Takes note that an event has left a queue.
	 */
	void eventTaken();

	/**
	 * Takes note that a subscription has ended and does not count any more.
	 */
	void ended(BufferedSubscription subscription);

	/**
	 * Whether a subscription was added to the channel, and the channel has completed.
	 */
	boolean hasCompleted(BufferedSubscription subscription);

	/**
	 * How long publishers can wait for a subscriber.
	 */
	PublisherPace pace();

}
