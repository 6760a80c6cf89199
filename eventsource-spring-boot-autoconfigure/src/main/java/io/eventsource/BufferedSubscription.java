package io.eventsource;

import org.reactivestreams.Subscription;

/**
 * A subscription with a queue in which events wait until there is room for them.
 */
public interface BufferedSubscription extends Subscription {

	/**
	 * Signals what waits, as far as it was asked for and there is room for it.
	 */
	void resume();

	/**
	 * Returns how long those who publish can wait for the subscriber at the moment.
	 * @return the pace
	 */
	PublisherPace pace();

}
