package io.eventsource;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The buffers of all streams that serve a channel. Any thread may use them.
 */
final class ReplayBuffers {

	private final ChannelSubscriptions subscriptions;

	ReplayBuffers(ChannelSubscriptions subscriptions) {
		this.subscriptions = subscriptions;
	}

	/**
	 * Returns how many bytes the block of an event may have so that one of the streams
	 * can send it.
	 */
	int maxEventSize() {
		return all().mapToInt(ReplayBuffer::maxEventSize).max().orElse(Integer.MAX_VALUE);
	}

	/**
	 * Returns how many events the largest buffer keeps; at least 1, so that it shows
	 * whether there are events.
	 */
	int capacity() {
		return Math.max(1, all().mapToInt(ReplayBuffer::capacity).max().orElse(1));
	}

	/**
	 * Returns how many bytes of events the largest buffer keeps.
	 */
	long memory() {
		return all().mapToLong(ReplayBuffer::memory).max().orElse(0);
	}

	void preload(List<Event> events, boolean late) {
		all().forEach((buffer) -> buffer.preload(events, late));
	}

	boolean has(String id) {
		return all().anyMatch((buffer) -> buffer.has(id));
	}

	private Stream<ReplayBuffer> all() {
		return StreamSupport.stream(this.subscriptions.spliterator(), false)
			.map((subscription) -> subscription.receiver().replayBuffer())
			.filter(Objects::nonNull);
	}

}
