package io.eventsource.engine.source;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.BufferedSubscription;
import io.eventsource.PublisherPace;
import io.eventsource.engine.log.EncodedEvent;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One subscription to the publisher of a stream. It keeps the rules of Reactive Streams,
 * counts the events that were requested and received, and calls the publisher.
 */
public final class PublisherSubscription implements Subscriber<Object> {

	private final Listener listener;

	private final EventCounts counts = new EventCounts();

	private final RequestTurn turn = new RequestTurn();

	private final PublisherCall call = new PublisherCall();

	private final HeldBack held = new HeldBack();

	private final AtomicBoolean done = new AtomicBoolean();

	private volatile @Nullable Subscription subscription;

	PublisherSubscription(Listener listener) {
		this.listener = listener;
	}

	/** Calls the publisher to subscribe to it. */
	void subscribe(Runnable subscribe) {
		if (!this.done.get()) {
			call(subscribe);
		}
	}

	boolean isSubscribed() {
		return this.subscription != null;
	}

	EventCounts counts() {
		return this.counts;
	}

	RequestTurn turn() {
		return this.turn;
	}

	HeldBack held() {
		return this.held;
	}

	/**
	 * Returns whether the publisher emits inside our own calls.
	 */
	boolean isSynchronous() {
		return this.call.isSynchronous();
	}

	boolean hasEmitted() {
		return this.counts.hasReceived();
	}

	/**
	 * Returns the number of events that were requested and have not come yet.
	 */
	public long outstanding() {
		return this.counts.outstanding();
	}

	/**
	 * Returns how long the publisher can wait for clients. A publisher that emits inside
	 * our own calls does not notice that it waits. One with threads of its own may be a
	 * timer, which fails without demand, unless it was seen to wait for more demand.
	 */
	PublisherPace pace() {
		BufferedSubscription channel = this.held.subscription();
		if (channel != null) {
			return channel.pace();
		}
		if (this.call.isSynchronous()) {
			return PublisherPace.WAITS;
		}
		return this.counts.hasWaited() ? PublisherPace.WAITS_FOR_PROGRESS : PublisherPace.CANNOT_WAIT;
	}

	/**
	 * Requests more events. Runs code of the publisher.
	 */
	void request(long events) {
		Subscription current = this.subscription;
		if (current != null && !this.done.get()) {
			this.counts.requested(events);
			call(() -> current.request(events));
		}
	}

	/** A publisher that throws has broken the rules (Reactive Streams 2.13 and 3.16). */
	private void call(Runnable action) {
		this.call.run(() -> {
			try {
				this.listener.runInContext(action);
			}
			catch (Throwable ex) {
				broken(ex);
			}
		});
	}

	/**
	 * Cancels a subscription that cannot go on, so that another one takes its place.
	 */
	void broken(Throwable cause) {
		if (end()) {
			cancel();
			this.listener.failed(this, cause);
		}
	}

	/**
	 * Accepts nothing more.
	 * @return whether that has changed anything
	 */
	boolean end() {
		return this.done.compareAndSet(false, true);
	}

	/**
	 * Cancels the subscription. Runs code of the publisher.
	 */
	void cancel() {
		Subscription current = this.subscription;
		if (current != null) {
			try {
				this.listener.runInContext(current::cancel);
			}
			catch (Throwable ex) {
				this.listener.cancelFailed(ex);
			}
		}
	}

	/**
	 * Accepts an event.
	 * @param reserved the number of bytes that were reserved for the event
	 * @return whether the event was accepted; otherwise the bytes stay reserved
	 */
	boolean accept(EncodedEvent encoded, long reserved) {
		if (this.done.get()) {
			return false;
		}
		this.call.emitted();
		this.listener.append(this, encoded, reserved);
		this.listener.received(this, this.counts.received());
		return true;
	}

	void onSubscribe(BufferedSubscription subscription) {
		this.held.subscribed(subscription);
		onSubscribe((Subscription) subscription);
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		Objects.requireNonNull(subscription, "A publisher must not signal null (Reactive Streams 2.13)");
		synchronized (this) {
			if (this.subscription == null && !this.done.get()) {
				this.subscription = subscription;
			}
		}
		// It may have been cancelled too early to be reached by that
		if (this.subscription != subscription || this.done.get()) {
			subscription.cancel();
			return;
		}
		this.listener.subscribed(this);
	}

	@Override
	public void onNext(Object element) {
		Objects.requireNonNull(element, "A publisher must not signal null (Reactive Streams 2.13)");
		if (!this.done.get()) {
			accept(this.listener.translate(element, this.call.isCurrent()), 0);
		}
	}

	@Override
	public void onError(Throwable cause) {
		Objects.requireNonNull(cause, "A publisher must not signal null (Reactive Streams 2.13)");
		if (end()) {
			this.listener.failed(this, cause);
		}
	}

	@Override
	public void onComplete() {
		if (end()) {
			this.listener.completed(this);
		}
	}

	/**
	 * Is notified of what happens, on the thread on which it happens.
	 */
	interface Listener {

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

}
