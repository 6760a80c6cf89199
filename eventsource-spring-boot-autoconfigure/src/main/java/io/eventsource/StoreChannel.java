package io.eventsource;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * A channel whose events go to a store, which takes them to all instances of the
 * application, and come from there while there are subscribers.
 */
final class StoreChannel implements EventChannel, BufferingPublisher, ChannelSubscriptions.Observer {

	private final EventStore store;

	private final TextEvents texts;

	private final ReentrantLock lock = new ReentrantLock();

	private final ChannelSubscriptions subscriptions = new ChannelSubscriptions(this.lock, this);

	private final ReplayBuffers buffers = new ReplayBuffers(this.subscriptions);

	private final StoreHistory history;

	/** Held while the store begins to hand over its events, which may block. */
	private final ReentrantLock beginning = new ReentrantLock();

	private @Nullable StoreReceiver receiver;

	StoreChannel(EventStore store, DataWriter dataWriter, Duration timeout) {
		this.store = store;
		this.texts = new TextEvents(dataWriter);
		this.history = new StoreHistory(store, this::hasTaken, timeout);
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
		this.store.append(checked(event));
	}

	/**
	 * Returns the event as it is to be stored, if the streams of this instance can send
	 * it.
	 */
	private Event checked(Event event) {
		if (event.id() != null) {
			throw new IllegalArgumentException(event
					+ " must not have an id, since the store that instances share gives each event its own; leave the "
					+ "id out");
		}
		Event text = this.texts.of(event, this.buffers.maxEventSize());
		this.subscriptions.forEach((subscription) -> subscription.receiver().encode(text));
		return text;
	}

	@Override
	public void complete() {
		this.lock.lock();
		try {
			this.subscriptions.complete();
			stop();
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
			begin();
		}
		subscription.resume();
	}

	/**
	 * Has the store hand over its events, unless it does so already.
	 */
	private void begin() {
		this.beginning.lock();
		try {
			StoreReceiver begun = newReceiver();
			if (begun != null) {
				this.store.tail(begun, this.buffers.capacity(), this.buffers.memory());
				begun.open();
				stopIfClosed(begun);
			}
		}
		finally {
			this.beginning.unlock();
		}
	}

	private @Nullable StoreReceiver newReceiver() {
		this.lock.lock();
		try {
			if (this.receiver != null || this.subscriptions.isEmpty() || this.subscriptions.isCompleted()) {
				return null;
			}
			this.receiver = new StoreReceiver(this.subscriptions, this.lock, this.buffers, this::complete);
			return this.receiver;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Its subscriber may have gone before the store had begun. */
	private void stopIfClosed(StoreReceiver begun) {
		this.lock.lock();
		try {
			if (begun.isClosed()) {
				this.store.stop();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public EventStore store() {
		return this.store;
	}

	@Override
	public EventHistory history() {
		return this.history;
	}

	private boolean hasTaken(String id) {
		if (this.subscriptions.isEmpty()) {
			throw new HistoryUnavailableException("The channel is not served any more", null);
		}
		return this.buffers.has(id);
	}

	@Override
	public void eventTaken() {
	}

	@Override
	public void subscriptionEnded() {
		if (this.subscriptions.isEmpty()) {
			stop();
		}
	}

	private void stop() {
		if (this.receiver != null) {
			this.receiver.close();
			this.receiver = null;
		}
		this.store.stop();
	}

	/**
	 * Those who publish on other instances do not wait.
	 */
	@Override
	public PublisherPace pace() {
		return PublisherPace.WAITS_FOR_PROGRESS;
	}

}
