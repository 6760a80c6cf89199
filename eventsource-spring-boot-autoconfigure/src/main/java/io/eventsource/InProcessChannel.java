package io.eventsource;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * A channel whose events come from this process alone. An event is encoded for each
 * subscriber on the thread that publishes it, and then added to all queues in one step,
 * as soon as there is room in each of them.
 */
final class InProcessChannel implements EventChannel, BufferingPublisher, ChannelSubscriptions.Observer {

	static final int DEFAULT_CAPACITY = 1024;

	private final int capacity;

	private final Duration publishTimeout;

	private final ReentrantLock lock = new ReentrantLock();

	private final ChannelSubscriptions subscriptions = new ChannelSubscriptions(this.lock, this);

	private final PublisherQueue publishers = new PublisherQueue(this.lock);

	/** So many threads hold an encoded event at once that is not in a queue yet. */
	private final Semaphore encoders = new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()));

	private final EarlyEvents early;

	InProcessChannel(int capacity, Duration publishTimeout) {
		if (capacity < 1) {
			throw new IllegalArgumentException("The capacity of a channel must be at least 1; got " + capacity);
		}
		if (publishTimeout.isNegative()) {
			throw new IllegalArgumentException(
					"The publish timeout of a channel must not be negative; got " + publishTimeout);
		}
		this.capacity = capacity;
		this.publishTimeout = publishTimeout;
		this.early = new EarlyEvents(capacity);
	}

	@Override
	public void publish(Event event) {
		Objects.requireNonNull(event, "The event must not be null");
		PublishDeadline deadline = PublishDeadline.in(this.publishTimeout);
		try {
			while (!enqueue(event, deadline)) {
				if (!this.publishers.awaitTurn(deadline, this.subscriptions::isCompleted)) {
					throw full();
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for room in the channel", ex);
		}
		this.subscriptions.resume();
	}

	/**
	 * Adds an event to the queues once there is room.
	 * @return whether it was added; otherwise another thread is waiting for room
	 */
	private boolean enqueue(Event event, PublishDeadline deadline) throws InterruptedException {
		boolean bounded = !NonBlockingThread.isCurrent();
		if (bounded && !deadline.acquire(this.encoders)) {
			throw full();
		}
		try {
			Map<ChannelSubscription<?>, WaitingEvents.Waiting<?>> encoded = new HashMap<>(2);
			this.subscriptions.forEach((subscription) -> encoded.put(subscription, subscription.encode(event)));
			return enqueue(event, encoded, deadline);
		}
		finally {
			if (bounded) {
				this.encoders.release();
			}
		}
	}

	private boolean enqueue(Event event, Map<ChannelSubscription<?>, WaitingEvents.Waiting<?>> encoded,
			PublishDeadline deadline) throws InterruptedException {
		this.lock.lock();
		try {
			if (this.publishers.isWaiting() && !this.subscriptions.isCompleted()) {
				return false;
			}
			if (!this.publishers.awaitRoom(deadline,
					() -> this.subscriptions.isCompleted() || hasRoom(event, encoded))) {
				throw full();
			}
			this.subscriptions.requireOpen();
			this.subscriptions.forEach((subscription) -> waiting(event, encoded, subscription).add());
			this.early.add(event);
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean hasRoom(Event event, Map<ChannelSubscription<?>, WaitingEvents.Waiting<?>> encoded) {
		for (ChannelSubscription<?> subscription : this.subscriptions) {
			if (subscription.queue().size() >= this.capacity || !waiting(event, encoded, subscription).hasRoom()) {
				return false;
			}
		}
		return true;
	}

	/** A subscriber that has come only just now gets an event that is not encoded yet. */
	private static WaitingEvents.Waiting<?> waiting(Event event,
			Map<ChannelSubscription<?>, WaitingEvents.Waiting<?>> encoded, ChannelSubscription<?> subscription) {
		return encoded.computeIfAbsent(subscription, (latecomer) -> latecomer.queue().raw(event));
	}

	private IllegalStateException full() {
		int events = 0;
		long bytes = 0;
		for (ChannelSubscription<?> subscription : this.subscriptions) {
			events = Math.max(events, subscription.queue().size());
			bytes = Math.max(bytes, subscription.queue().bytes());
		}
		return new IllegalStateException("The channel is full: " + events + " events of " + bytes
				+ " bytes wait for a subscriber that has asked for no more within " + this.publishTimeout
				+ "; publish more slowly, or give the channel more capacity and its stream more buffer-memory");
	}

	@Override
	public void complete() {
		this.lock.lock();
		try {
			this.subscriptions.complete();
			this.publishers.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		this.subscriptions.resume();
	}

	@Override
	public <E> void subscribe(EventReceiver<E> receiver) {
		this.subscriptions.subscribe(receiver, (added) -> this.early.moveTo((event) -> added.queue().raw(event).add()))
			.resume();
	}

	@Override
	public @Nullable EventStore store() {
		return null;
	}

	@Override
	public @Nullable EventHistory history() {
		return null;
	}

	@Override
	public void eventTaken() {
		this.publishers.roomMade();
	}

	@Override
	public void subscriptionEnded() {
		this.publishers.signalAll();
	}

	/**
	 * Publishers of a channel without a publish timeout do not wait at all.
	 */
	@Override
	public PublisherPace pace() {
		return (this.publishers.isPressed() || this.publishTimeout.isZero()) ? PublisherPace.CANNOT_WAIT
				: PublisherPace.WAITS;
	}

}
