package io.eventsource;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Hands what comes from a store to all subscriptions of a channel, until it is closed.
 */
final class StoreReceiver implements EventStore.Receiver {

	private static final int CAPACITY = InProcessChannel.DEFAULT_CAPACITY;

	private final ChannelSubscriptions subscriptions;

	private final ReentrantLock lock;

	private final ReplayBuffers buffers;

	/** Whether clients may have come before the store has handed over what it has. */
	private volatile boolean open;

	private volatile boolean closed;

	private final Runnable onComplete;

	/**
	 * Makes a receiver.
	 * @param onComplete called when nothing follows
	 */
	StoreReceiver(ChannelSubscriptions subscriptions, ReentrantLock lock, ReplayBuffers buffers, Runnable onComplete) {
		this.onComplete = onComplete;
		this.subscriptions = subscriptions;
		this.lock = lock;
		this.buffers = buffers;
	}

	/**
	 * Says that clients can come from now on.
	 */
	void open() {
		this.open = true;
	}

	/**
	 * Takes nothing more, so that nothing reaches a subscription that begins later.
	 */
	void close() {
		this.closed = true;
	}

	boolean isClosed() {
		return this.closed;
	}

	@Override
	public void preload(List<Event> latest) {
		if (!this.closed) {
			this.buffers.preload(latest, this.open && !latest.isEmpty());
		}
	}

	@Override
	public int room() {
		this.lock.lock();
		try {
			int room = CAPACITY;
			for (ChannelSubscription<?> subscription : this.subscriptions) {
				room = Math.min(room, room(subscription));
			}
			return room;
		}
		finally {
			this.lock.unlock();
		}
	}

	private static int room(ChannelSubscription<?> subscription) {
		WaitingEvents<?> queue = subscription.queue();
		long fitting = Math.max(queue.isEmpty() ? 1 : 0, subscription.receiver().room());
		return (int) Math.min(CAPACITY - queue.size(), fitting);
	}

	@Override
	public void deliver(Event event) {
		forEach((subscription) -> subscription.deliver(event));
	}

	@Override
	public void missed(GapCause cause) {
		forEach((subscription) -> subscription.deliverGap(cause));
	}

	@Override
	public void complete(@Nullable GapCause cause) {
		if (this.closed) {
			return;
		}
		if (cause != null) {
			missed(cause);
		}
		this.onComplete.run();
	}

	private void forEach(Consumer<ChannelSubscription<?>> action) {
		for (ChannelSubscription<?> subscription : this.subscriptions) {
			// After the iteration has begun, so that it has none that began after the end
			if (this.closed) {
				return;
			}
			action.accept(subscription);
		}
	}

	@Override
	public boolean has(String id) {
		return this.buffers.has(id);
	}

}
