package io.eventsource;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Hands what comes from a store to all subscriptions of a channel.
 */
final class StoreReceiver implements EventRelay.Receiver {

	private static final int CAPACITY = InProcessChannel.DEFAULT_CAPACITY;

	private final ChannelSubscriptions subscriptions;

	private final ReentrantLock lock;

	StoreReceiver(ChannelSubscriptions subscriptions, ReentrantLock lock) {
		this.subscriptions = subscriptions;
		this.lock = lock;
	}

	@Override
	public void check(Event event) {
		this.subscriptions.forEach((subscription) -> subscription.receiver().encode(event));
	}

	@Override
	public int maxEventSize() {
		return buffers().mapToInt(ReplayBuffer::maxEventSize).max().orElse(Integer.MAX_VALUE);
	}

	@Override
	public int capacity() {
		return buffers().mapToInt(ReplayBuffer::capacity).max().orElse(0);
	}

	@Override
	public long memory() {
		return buffers().mapToLong(ReplayBuffer::memory).max().orElse(0);
	}

	@Override
	public void preload(List<Event> events, boolean late) {
		buffers().forEach((buffer) -> buffer.preload(events, late));
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
		this.subscriptions.forEach((subscription) -> subscription.deliver(event));
	}

	@Override
	public void missed(GapCause cause) {
		this.subscriptions.forEach((subscription) -> subscription.deliverGap(cause));
	}

	@Override
	public boolean has(String id) {
		return buffers().anyMatch((buffer) -> buffer.has(id));
	}

	private Stream<ReplayBuffer> buffers() {
		return StreamSupport.stream(this.subscriptions.spliterator(), false)
			.map((subscription) -> subscription.receiver().replayBuffer())
			.filter(Objects::nonNull);
	}

}
