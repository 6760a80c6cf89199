package io.eventsource.engine;

import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import io.eventsource.engine.log.EventLog;
import org.jspecify.annotations.Nullable;

/**
 * What one topic has counted over all streams that have served it, but for the events
 * that were published, which the log counts. What is said to be guarded is guarded by the
 * monitor of {@link TopicCounts}; the rest is thread-safe.
 */
final class TopicTotals {

	private final EventLog log;

	/** What was counted before the topic rested last. */
	private volatile StreamSnapshot earlier;

	/** What {@link TopicCounts} has taken already. Guarded. */
	private StreamSnapshot taken;

	/**
	 * Begins to count.
	 * @param nothing a stream of this name that has counted nothing
	 */
	TopicTotals(EventLog log, StreamSnapshot nothing) {
		this.log = log;
		this.earlier = nothing;
		this.taken = nothing;
	}

	/**
	 * Describes the topic as it is now.
	 * @param running what serves it; {@code null} while it rests
	 */
	StreamSnapshot snapshot(@Nullable RunningTopic running) {
		return SnapshotSums.published(counts(running), this.log.tail());
	}

	private StreamSnapshot counts(@Nullable RunningTopic running) {
		StreamSnapshot before = this.earlier;
		if (running != null) {
			return SnapshotSums.add(SnapshotSums.published(running.stream().snapshot(), 0), before);
		}
		return SnapshotSums.in(before, this.log.hasEnded() ? State.COMPLETED : State.LIVE);
	}

	/**
	 * Takes what was counted since this was called last. Guarded.
	 */
	StreamSnapshot take(@Nullable RunningTopic running) {
		StreamSnapshot before = this.taken;
		StreamSnapshot now = SnapshotSums.closed(counts(running));
		// Topics that have counted nothing share what says so
		this.taken = now.equals(before) ? before : now;
		return SnapshotSums.since(before, now);
	}

	/**
	 * What was counted since that was taken last. Guarded.
	 */
	StreamSnapshot untaken(@Nullable RunningTopic running) {
		return SnapshotSums.since(this.taken, counts(running));
	}

	/**
	 * Keeps what was taken, since what serves the topic is about to go. Guarded.
	 */
	void keep() {
		this.earlier = this.taken;
	}

}
