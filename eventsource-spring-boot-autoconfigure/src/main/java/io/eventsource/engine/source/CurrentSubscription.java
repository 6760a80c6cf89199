package io.eventsource.engine.source;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.eventsource.PublisherSettings;
import org.jspecify.annotations.Nullable;

/**
 * Decides which subscription of a source is the current one, if any, and whether there is
 * to be one after a pause. The events and the end of any other subscription are ignored.
 * The monitor of this object guards what changes together with the subscription; any
 * thread may read.
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
	 * Returns how often the publisher was subscribed to again.
	 */
	long restarts() {
		return this.restarts.count();
	}

	/**
	 * Returns whether the publisher has failed and is to be subscribed to again.
	 */
	boolean isFailing() {
		return (this.pending || this.subscription != null) && this.restarts.isFailing();
	}

	/**
	 * Returns whether the publisher has failed repeatedly, and has not yet recovered.
	 */
	boolean isDoubtful() {
		PublisherSubscription current = this.subscription;
		return current != null && this.restarts.isDoubtful(current.hasEmitted());
	}

	/**
	 * Returns whether the publisher was subscribed to within the last ten seconds.
	 */
	boolean isYoung() {
		return this.restarts.isYoung(this.clock.getAsLong());
	}

	/**
	 * Begins a subscription, unless there is one.
	 * @param start whether to begin even if no subscription has failed before
	 * @param subscriptions creates the subscription
	 * @return the subscription, or {@code null} if none was begun
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
	 * Records that the publisher has accepted the subscription.
	 */
	synchronized void subscribed() {
		this.restarts.subscribed(this.clock.getAsLong());
	}

	/**
	 * Forgets the failures once a subscription has lasted for long enough.
	 * @return the number of failures that were forgotten
	 */
	synchronized int recover(long now) {
		PublisherSubscription current = this.subscription;
		return (current != null && current.isSubscribed()) ? this.restarts.overcome(now, current.hasEmitted()) : 0;
	}

	/**
	 * Records that the publisher has completed.
	 * @return whether that ends the source; {@code false} if the subscription is not the
	 * current one
	 */
	synchronized boolean complete(PublisherSubscription from) {
		if (this.subscription != from) {
			return false;
		}
		this.stopped = true;
		return true;
	}

	/**
	 * Records that the publisher has failed, and begins the pause.
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
	 * @param forGood whether no subscription may begin any more
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
	 * The result of {@link #end}.
	 *
	 * @param subscription the subscription that has ended, if there was one
	 * @param active whether there was a subscription, or one was to begin
	 */
	record Ended(@Nullable PublisherSubscription subscription, boolean active) {

	}

}
