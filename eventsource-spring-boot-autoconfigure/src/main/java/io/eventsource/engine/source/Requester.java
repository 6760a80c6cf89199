package io.eventsource.engine.source;

import io.eventsource.BufferedSubscription;

/**
 * Requests more events when there is room for them: after clients have made progress,
 * with each tick, and when half of the requested events have come.
 */
final class Requester {

	private final CurrentSubscription current;

	private final Demand demand;

	private final PublisherCalls calls;

	private final boolean buffered;

	/**
	 * Makes a requester.
	 * @param buffered whether the publisher buffers its events
	 */
	Requester(CurrentSubscription current, Demand demand, PublisherCalls calls, boolean buffered) {
		this.current = current;
		this.demand = demand;
		this.calls = calls;
		this.buffered = buffered;
	}

	/**
	 * Requests more events if there is room.
	 * @param tick whether this is a tick, on which publishers without listeners are asked
	 * too
	 */
	void replenish(boolean tick) {
		PublisherSubscription subscription = this.current.get();
		if (subscription == null || !subscription.isSubscribed()) {
			return;
		}
		BufferedSubscription held = subscription.held().take();
		if (held != null && !this.calls.run(held::resume)) {
			subscription.held().set(true);
		}
		if (this.demand.room(subscription, tick) > 0 && subscription.turn().queue()
				&& !this.calls.call(() -> requestQueued(subscription, tick))) {
			subscription.turn().dequeue();
		}
	}

	/**
	 * Requests more events on the thread that was asked to, unless another one does so at
	 * the moment: that one checks again when it is done.
	 */
	private void requestQueued(PublisherSubscription subscription, boolean tick) {
		subscription.turn().dequeue();
		if (subscription.turn().claim()) {
			request(subscription, tick);
		}
	}

	/**
	 * Requests events after the publisher has accepted the subscription. This is not left
	 * to another thread: a publisher that is driven by time fails if there is no demand
	 * for its first event.
	 */
	void subscribed(PublisherSubscription subscription) {
		if (subscription.turn().claim()) {
			request(subscription, true);
		}
	}

	/**
	 * Requests more events if half of the requested ones have come. If the publisher
	 * emits by itself, this happens at once, since a timer does not wait for another
	 * thread.
	 */
	void received(PublisherSubscription subscription) {
		if (!this.demand.isLow(subscription)) {
			return;
		}
		if (this.buffered || subscription.isSynchronous()) {
			replenish(false);
		}
		else if (this.demand.room(subscription, false) > 0 && subscription.turn().claim()) {
			request(subscription, false);
		}
	}

	/**
	 * Requests as many events as there is room for, and gives the right to do so back.
	 */
	private void request(PublisherSubscription subscription, boolean tick) {
		try {
			long room = this.demand.room(subscription, tick);
			if (room > 0) {
				subscription.request(room);
			}
		}
		finally {
			subscription.turn().release();
		}
		// Others may have left their requests to this call
		replenish(false);
	}

}
