package io.eventsource.engine.source;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.eventsource.PublisherSettings;
import org.jspecify.annotations.Nullable;

/**
 * Which subscription of a source is the current one, if any, and whether there is to be
 * one after a pause. A subscription that is not current has no say any more: its events
 * and its end are ignored. What is changed together with it is guarded by its monitor;
 * any thread may read.
 */
final class CurrentSubscription {

	private final Restarts restarts;

	private final LongSupplier clock;

	private volatile @Nullable PublisherSubscription subscription;

	/** Whether to subscribe again once the pause is over. */
	private volatile boolean pending;

	private boolean stopped;

	CurrentSubscription(PublisherSettings settings, LongSupplier clock) {
		this.restarts = new Restarts(settings);
		this.clock = clock;
	}

	@Nullable PublisherSubscription get() {
		return this.subscription;
	}

	boolean is(PublisherSubscription other) {
		return this.subscription == other;
	}

	boolean isPending() {
		return this.pending;
	}

	boolean isSubscribed() {
		PublisherSubscription current = this.subscription;
		return current != null && current.isSubscribed();
	}

	/**
	 * How often the publisher was subscribed to again.
	 */
	long restarts() {
		return this.restarts.count();
	}

	/**
	 * Whether the publisher has failed and is wanted.
	 */
	boolean isFailing() {
		return (this.pending || this.subscription != null) && this.restarts.isFailing();
	}

	/**
	 * Whether the publisher has failed again and again, and has not yet shown that it is
	 * back.
	 */
	boolean isDoubtful() {
		PublisherSubscription current = this.subscription;
		return current != null && this.restarts.isDoubtful(current.hasEmitted());
	}

	/**
	 * Whether the publisher was subscribed to only just now.
	 */
	boolean isYoung() {
		return this.restarts.isYoung(this.clock.getAsLong());
	}

	/**
	 * Begins a subscription, unless there is one.
	 * @param start whether there has not to be one that has failed before
	 * @param subscriptions makes the subscription
	 */
	synchronized @Nullable PublisherSubscription begin(boolean start, Supplier<PublisherSubscription> subscriptions) {
		if (this.stopped || this.subscription != null || !(start || this.pending)) {
			return null;
		}
		this.pending = !this.restarts.isDue(this.clock.getAsLong());
		if (this.pending) {
			return null;
		}
		this.restarts.begun();
		PublisherSubscription begun = subscriptions.get();
		this.subscription = begun;
		return begun;
	}

	/**
	 * Takes note that the publisher has accepted the subscription.
	 */
	synchronized void subscribed() {
		this.restarts.subscribed(this.clock.getAsLong());
	}

	/**
	 * Forgets the failures once a subscription has lived for long enough.
	 * @return how many failures were overcome
	 */
	synchronized int recover(long now) {
		PublisherSubscription current = this.subscription;
		return (current != null && current.isSubscribed()) ? this.restarts.overcome(now, current.hasEmitted()) : 0;
	}

	/**
	 * Takes note that the publisher has completed.
	 * @return whether that ends the source, which it does not if the subscription is not
	 * the current one
	 */
	synchronized boolean complete(PublisherSubscription from) {
		if (this.subscription != from) {
			return false;
		}
		this.stopped = true;
		return true;
	}

	/**
	 * Takes note that the publisher has failed, after which there is a pause.
	 * @return whether the subscription was the current one
	 */
	synchronized boolean fail(PublisherSubscription from) {
		if (this.subscription != from) {
			return false;
		}
		this.subscription = null;
		this.pending = true;
		this.restarts.failed(this.clock.getAsLong(), from.hasEmitted());
		return true;
	}

	/**
	 * Ends the current subscription, or the wait for the next one.
	 * @param forGood whether there is to be none any more
	 */
	synchronized Ended end(boolean forGood) {
		PublisherSubscription ended = this.subscription;
		boolean active = !this.stopped && (ended != null || this.pending);
		this.stopped |= forGood;
		this.subscription = null;
		this.pending = false;
		return new Ended(ended, active);
	}

	/**
	 * What was ended.
	 *
	 * @param subscription the subscription, if there was one
	 * @param active whether there was a subscription, or was to be one
	 */
	record Ended(@Nullable PublisherSubscription subscription, boolean active) {

	}

}
