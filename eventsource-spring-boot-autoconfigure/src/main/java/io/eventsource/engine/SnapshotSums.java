package io.eventsource.engine;

import java.util.EnumMap;
import java.util.Map;

import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.TopicsSnapshot;
import io.eventsource.TopicsSnapshot.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what several streams have counted, or one stream in several runs.
 */
final class SnapshotSums {

	private SnapshotSums() {
	}

	/**
	 * A stream that has counted nothing.
	 */
	static StreamSnapshot nothing(String name) {
		return new StreamSnapshot(name, State.CLOSED, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	}

	/**
	 * What remains of a stream once it has ended: its counts.
	 */
	static StreamSnapshot closed(StreamSnapshot last) {
		return new StreamSnapshot(last.name(), State.CLOSED, 0, last.published(), last.delivered(), last.bytes(),
				last.skipped(), last.filtered(), last.replayed(), 0, last.restarts());
	}

	/**
	 * The same stream with another number of events that were published.
	 */
	static StreamSnapshot published(StreamSnapshot stream, long published) {
		return new StreamSnapshot(stream.name(), stream.state(), stream.clients(), published, stream.delivered(),
				stream.bytes(), stream.skipped(), stream.filtered(), stream.replayed(), stream.greatestLag(),
				stream.restarts());
	}

	/**
	 * The same stream in another state.
	 */
	static StreamSnapshot in(StreamSnapshot stream, State state) {
		return new StreamSnapshot(stream.name(), state, stream.clients(), stream.published(), stream.delivered(),
				stream.bytes(), stream.skipped(), stream.filtered(), stream.replayed(), stream.greatestLag(),
				stream.restarts());
	}

	/**
	 * What remains of topics once they have ended: their counts.
	 */
	static TopicsSnapshot closed(TopicsSnapshot last) {
		return new TopicsSnapshot(last.stream(), 0, 0, 0, last.forgotten());
	}

	/**
	 * Adds to a stream what another has counted, and, unless it is closed, its clients.
	 */
	static StreamSnapshot add(StreamSnapshot one, @Nullable StreamSnapshot other) {
		if (other == null) {
			return one;
		}
		boolean over = other.state() == State.CLOSED;
		return new StreamSnapshot(one.name(), one.state(), one.clients() + (over ? 0 : other.clients()),
				one.published() + other.published(), one.delivered() + other.delivered(), one.bytes() + other.bytes(),
				one.skipped() + other.skipped(), one.filtered() + other.filtered(), one.replayed() + other.replayed(),
				over ? one.greatestLag() : Math.max(one.greatestLag(), other.greatestLag()),
				one.restarts() + other.restarts());
	}

	/**
	 * Adds to topics what others have counted that have ended.
	 */
	static TopicsSnapshot add(TopicsSnapshot one, @Nullable TopicsSnapshot ended) {
		if (ended == null) {
			return one;
		}
		Map<Reason, Long> forgotten = new EnumMap<>(one.forgotten());
		ended.forgotten().forEach((reason, count) -> forgotten.merge(reason, count, Long::sum));
		return new TopicsSnapshot(one.stream(), one.topics(), one.sources(), one.bytes(), forgotten);
	}

	/**
	 * What a stream has counted since an earlier moment.
	 */
	static StreamSnapshot since(StreamSnapshot before, StreamSnapshot now) {
		return new StreamSnapshot(now.name(), now.state(), now.clients(), now.published() - before.published(),
				now.delivered() - before.delivered(), now.bytes() - before.bytes(), now.skipped() - before.skipped(),
				now.filtered() - before.filtered(), now.replayed() - before.replayed(), now.greatestLag(),
				now.restarts() - before.restarts());
	}

}
