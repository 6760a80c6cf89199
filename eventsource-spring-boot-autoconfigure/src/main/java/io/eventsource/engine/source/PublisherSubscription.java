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
 * One subscription to the publisher of a stream: keeps the rules of Reactive Streams,
 * counts what was asked for and what came, and calls the publisher.
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
	 * Whether the publisher emits within our own calls, and so cannot be paused by us.
	 */
	boolean isSynchronous() {
		return this.call.isSynchronous();
	}

	boolean hasEmitted() {
		return this.counts.hasReceived();
	}

	/**
	 * How many events were asked for that have not come yet.
	 */
	public long outstanding() {
		return this.counts.outstanding();
	}

	/**
	 * How long the publisher can wait for clients. One that emits within our own calls
	 * does not notice. One with threads of its own may be a timer, which fails without
	 * demand, unless it has been seen to wait for more.
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
	 * Asks for so many more events. Runs the code of the publisher.
	 */
	void request(long events) {
		Subscription current = this.subscription;
		if (current != null && !this.done.get()) {
			this.counts.requested(events);
			call(() -> current.request(events));
		}
	}

	/**
	 * Calls the publisher. One that throws has broken the subscription (Reactive Streams
	 * 2.13 and 3.16), which is cancelled and made anew.
	 */
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
	 * Cancels a subscription that cannot go on, so that it is made anew.
	 */
	void broken(Throwable cause) {
		if (end()) {
			cancel();
			this.listener.failed(this, cause);
		}
	}

	/**
	 * Takes nothing more.
	 * @return whether that is news
	 */
	boolean end() {
		return this.done.compareAndSet(false, true);
	}

	/**
	 * Cancels the subscription. Runs the code of the publisher.
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
	 * Takes an event for whose bytes so many were reserved while it waited.
	 * @return whether the event was taken; the bytes stay reserved otherwise
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
		// If it was cancelled meanwhile, that may have come too early to reach it
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
	 * Whom a subscription tells what happens, on whatever thread it does.
	 */
	interface Listener {

		/**
		 * Runs code of the publisher as it is to run for its client.
		 */
		void runInContext(Runnable task);

		/**
		 * Makes an encoded event of an element.
		 * @param called whether the current thread is inside a call of the publisher
		 */
		EncodedEvent translate(Object element, boolean called);

		/**
		 * Takes note that the publisher has accepted the subscription.
		 */
		void subscribed(PublisherSubscription subscription);

		/**
		 * Adds an event to the log.
		 */
		void append(PublisherSubscription subscription, EncodedEvent encoded, long reserved);

		/**
		 * Takes note that an event was added and counted.
		 */
		void received(PublisherSubscription subscription, boolean first);

		void failed(PublisherSubscription subscription, Throwable cause);

		void completed(PublisherSubscription subscription);

		void cancelFailed(Throwable cause);

	}

}
