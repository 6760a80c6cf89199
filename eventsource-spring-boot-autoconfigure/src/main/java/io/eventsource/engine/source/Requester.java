package io.eventsource.engine.source;

import io.eventsource.BufferedSubscription;

/**
 * Asks the publisher for more events when there is room for them: after clients have made
 * progress, with each tick, and when half of what was asked for has come.
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
	 * Asks for more if there is room.
	 * @param tick whether to ask also where no client sets the pace
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
	 * Asks for more on the thread that was to, unless another one is at it, which looks
	 * again when it is done.
	 */
	private void requestQueued(PublisherSubscription subscription, boolean tick) {
		subscription.turn().dequeue();
		if (subscription.turn().claim()) {
			request(subscription, tick);
		}
	}

	/**
	 * Asks for more after the publisher has accepted the subscription. Not on another
	 * thread: a publisher driven by time fails if its first event finds no demand.
	 */
	void subscribed(PublisherSubscription subscription) {
		if (subscription.turn().claim()) {
			request(subscription, true);
		}
	}

	/**
	 * Asks for more if half of what was asked for has come: at once where the publisher
	 * emits by itself, since a timer does not wait until another thread has its turn.
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
	 * Asks for as much as there is room for, with the right to do so, which it gives
	 * back.
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
		// For what became due while this call held off others
		replenish(false);
	}

}
