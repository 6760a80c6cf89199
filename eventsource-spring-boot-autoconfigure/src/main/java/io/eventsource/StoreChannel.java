package io.eventsource;

import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A channel whose events go to a store, which takes them to all instances of the
 * application, and come from there while there are subscribers.
 */
final class StoreChannel implements EventChannel, BufferingPublisher, ChannelSubscriptions.Observer {

	private final EventRelay store;

	private final ReentrantLock lock = new ReentrantLock();

	private final ChannelSubscriptions subscriptions = new ChannelSubscriptions(this.lock, this);

	StoreChannel(EventRelay store) {
		this.store = store;
	}

	@Override
	public void publish(Event event) {
		Objects.requireNonNull(event, "The event must not be null");
		if (NonBlockingThread.isCurrent()) {
			throw new EventPublicationException("A channel that instances share cannot be published into on a thread "
					+ "that serves clients, since it waits for the store; publish on another thread", null);
		}
		this.lock.lock();
		try {
			this.subscriptions.requireOpen();
		}
		finally {
			this.lock.unlock();
		}
		this.store.publish(event);
	}

	@Override
	public void complete() {
		this.lock.lock();
		try {
			this.subscriptions.complete();
			this.store.detach();
		}
		finally {
			this.lock.unlock();
		}
		this.subscriptions.resume();
	}

	@Override
	public <E> void subscribe(EventReceiver<E> receiver) {
		boolean[] first = { false };
		ChannelSubscription<E> subscription = this.subscriptions.subscribe(receiver,
				(added) -> first[0] = this.subscriptions.isEmpty() && !this.subscriptions.isCompleted());
		if (first[0]) {
			this.store.attach(new StoreReceiver(this.subscriptions, this.lock));
		}
		subscription.resume();
	}

	@Override
	public EventRelay store() {
		return this.store;
	}

	@Override
	public void eventTaken() {
	}

	@Override
	public void subscriptionEnded() {
		if (this.subscriptions.isEmpty()) {
			this.store.detach();
		}
	}

	/**
	 * Those who publish on other instances do not wait.
	 */
	@Override
	public PublisherPace pace() {
		return PublisherPace.WAITS_FOR_PROGRESS;
	}

}
