package io.eventsource.engine.source;

import io.eventsource.engine.log.EncodedEvent;

/**
 * Is notified of what happens to a subscription, on the thread on which it happens.
 */
interface SubscriptionListener {

	/**
	 * Runs code of the publisher in the context of its client.
	 */
	void runInContext(Runnable task);

	/**
	 * Turns an element into an encoded event.
	 * @param called whether the current thread is inside a call of the publisher
	 */
	EncodedEvent translate(Object element, boolean called);

	/**
	 * The publisher has accepted the subscription.
	 */
	void subscribed(PublisherSubscription subscription);

	/**
	 * Appends an event to the log.
	 */
	void append(PublisherSubscription subscription, EncodedEvent encoded, long reserved);

	/**
	 * An event was appended and counted.
	 */
	void received(PublisherSubscription subscription, boolean first);

	void failed(PublisherSubscription subscription, Throwable cause);

	void completed(PublisherSubscription subscription);

	void cancelFailed(Throwable cause);

}
