package io.eventsource;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The subscriptions that a channel has at the moment, and whether the channel has
 * completed. Guarded by the lock of the channel, except that any thread may iterate.
 */
final class ChannelSubscriptions implements Iterable<ChannelSubscription<?>>, SubscriptionOwner {

	private final ReentrantLock lock;

	private final Observer observer;

	private final List<ChannelSubscription<?>> subscriptions = new CopyOnWriteArrayList<>();

	private boolean completed;

	ChannelSubscriptions(ReentrantLock lock, Observer observer) {
		this.lock = lock;
		this.observer = observer;
	}

	/**
	 * Subscribes a receiver. The caller is to resume the subscription afterwards. Takes
	 * the lock itself.
	 * @param early gives the receiver the events that were published before, unless it
	 * has cancelled already
	 * @return the subscription
	 */
	<E> ChannelSubscription<E> subscribe(EventReceiver<E> receiver, Consumer<ChannelSubscription<E>> early) {
		ChannelSubscription<E> subscription = new ChannelSubscription<>(receiver, this.lock, this);
		receiver.onSubscribe(subscription);
		this.lock.lock();
		try {
			if (!subscription.isCancelled()) {
				early.accept(subscription);
				this.subscriptions.add(subscription);
			}
		}
		finally {
			this.lock.unlock();
		}
		return subscription;
	}

	@Override
	public void eventTaken() {
		this.observer.eventTaken();
	}

	@Override
	public void ended(BufferedSubscription subscription) {
		this.subscriptions.remove(subscription);
		this.observer.subscriptionEnded();
	}

	@Override
	public boolean hasCompleted(BufferedSubscription subscription) {
		return this.completed && this.subscriptions.contains(subscription);
	}

	@Override
	public PublisherPace pace() {
		return this.observer.pace();
	}

	boolean isEmpty() {
		return this.subscriptions.isEmpty();
	}

	@Override
	public Iterator<ChannelSubscription<?>> iterator() {
		return this.subscriptions.iterator();
	}

	/**
	 * Has each subscription signal what is due. Must not be called under the lock.
	 */
	void resume() {
		this.subscriptions.forEach(ChannelSubscription::resume);
	}

	void complete() {
		this.completed = true;
	}

	boolean isCompleted() {
		return this.completed;
	}

	/**
	 * Throws an exception if the channel has completed.
	 */
	void requireOpen() {
		if (this.completed) {
			throw new IllegalStateException("The channel was completed; nothing can be published any more");
		}
	}

	/**
	 * The channel, which is told what happens to its subscriptions. Called under the
	 * lock, but for {@link #pace}.
	 */
	interface Observer {

		/**
		 * Takes note that an event has left a queue.
		 */
		void eventTaken();

		/**
		 * Takes note that a subscription has ended and does not count any more.
		 */
		void subscriptionEnded();

		/**
		 * How long publishers can wait for a subscriber.
		 */
		PublisherPace pace();

	}

}
