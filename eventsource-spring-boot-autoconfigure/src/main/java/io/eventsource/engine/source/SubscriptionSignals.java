package io.eventsource.engine.source;

import io.eventsource.Callee;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.runtime.Supervisor;

/**
 * Handles the signals of subscriptions: passes events to the log, and failures and the
 * end to the stream, unless another subscription has become the current one meanwhile.
 */
final class SubscriptionSignals implements PublisherSubscription.Listener {

	private final SourceContext context;

	private final CurrentSubscription current;

	private final LogWriter writer;

	private final Demand demand;

	private final Requester requester;

	SubscriptionSignals(SourceContext context, CurrentSubscription current, LogWriter writer, Demand demand,
			Requester requester) {
		this.context = context;
		this.current = current;
		this.writer = writer;
		this.demand = demand;
		this.requester = requester;
	}

	@Override
	public void runInContext(Runnable task) {
		this.context.listener().runInContext(task);
	}

	@Override
	public void subscribed(PublisherSubscription subscription) {
		this.current.subscribed();
		this.requester.subscribed(subscription);
	}

	/**
	 * Encodes an element, in the context of the client if the publisher is that of one
	 * client: a thread of the publisher does not have this context.
	 */
	@Override
	public EncodedEvent translate(Object element, boolean called) {
		if (called || !this.context.stream().personal()) {
			return this.context.translator().translate(element);
		}
		EncodedEvent[] encoded = new EncodedEvent[1];
		try {
			runInContext(() -> encoded[0] = this.context.translator().translate(element));
			return encoded[0];
		}
		catch (Throwable ex) {
			// The context could not be set, for which the publisher is not to blame
			return this.context.translator().reject(element, ex, "the context of its client cannot be set: " + ex, ex);
		}
	}

	@Override
	public void append(PublisherSubscription subscription, EncodedEvent encoded, long reserved) {
		this.writer.append(subscription, encoded, reserved);
	}

	@Override
	public void received(PublisherSubscription subscription, boolean first) {
		if (first) {
			this.context.listener().emitted();
		}
		this.requester.received(subscription);
	}

	@Override
	public void completed(PublisherSubscription subscription) {
		if (!this.current.complete(subscription)) {
			return;
		}
		boolean empty = !subscription.hasEmitted();
		if (!empty || this.current.isYoung()) {
			Supervisor
				.quietly(() -> this.context.publisherLog().completed(this.context.publisher().publisher(), empty));
		}
		this.context.listener().completed();
	}

	/**
	 * The publisher is subscribed to again after a pause.
	 */
	@Override
	public void failed(PublisherSubscription subscription, Throwable cause) {
		recover();
		synchronized (this.current) {
			if (!this.current.fail(subscription)) {
				return;
			}
			if (this.context.publisher().isBuffering()) {
				// What is published into a channel without a subscriber is lost
				this.writer.oweGap();
			}
			this.demand.failed(cause);
		}
		this.context.listener()
			.failed(cause, !subscription.hasEmitted(), () -> Supervisor
				.quietly(() -> this.context.publisherLog().failed(this.context.stream().personal(), cause)));
	}

	/**
	 * Logs that the publisher is back, once it has lived for long enough.
	 */
	void recover() {
		int overcome = this.current.recover(this.context.now());
		if (overcome > 0) {
			Supervisor.quietly(() -> this.context.publisherLog().recovered(overcome));
		}
	}

	@Override
	public void cancelFailed(Throwable cause) {
		this.context.stream()
			.supervisor()
			.failed(Callee.PUBLISHER,
					() -> "The publisher of stream '" + this.context.stream().name() + "' failed to cancel", cause);
	}

}
