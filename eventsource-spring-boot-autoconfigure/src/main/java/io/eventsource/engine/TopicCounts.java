package io.eventsource.engine;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

import io.eventsource.StreamSnapshot;
import io.eventsource.TopicsSnapshot.Reason;

/**
 * What the topics of a family have counted, as running sums: only topics that may have
 * clients are looked at when somebody asks, since nothing is sent to the others.
 * Thread-safe.
 */
final class TopicCounts {

	/** What topics had counted when they were last without clients, or forgotten. */
	private StreamSnapshot settled = SnapshotSums.nothing("");

	/** Those that may have clients. */
	private final Set<TopicStream> watched = new HashSet<>();

	/** Those of connections that watch several topics. */
	private final Set<EventStream> merged = new HashSet<>();

	/** Events that connections to several topics were not given. */
	private final LongAdder skipped = new LongAdder();

	private final Map<Reason, Long> forgotten = new EnumMap<>(Reason.class);

	private int sources;

	/**
	 * Creates counts that are zero.
	 */
	TopicCounts() {
		for (Reason reason : Reason.values()) {
			this.forgotten.put(reason, 0L);
		}
	}

	/**
	 * Takes note that a topic is to have a client.
	 */
	synchronized void watched(TopicStream topic) {
		this.watched.add(topic);
	}

	/**
	 * Takes note that a topic has no client, and that none is about to come.
	 */
	synchronized void unwatched(TopicStream topic) {
		if (this.watched.remove(topic)) {
			settle(topic);
		}
	}

	/**
	 * Lets a topic rest, once what it has counted is taken.
	 */
	synchronized void rest(TopicStream topic) {
		settle(topic);
		topic.rest();
	}

	/**
	 * Counts a topic that was forgotten.
	 */
	synchronized void forgotten(TopicStream topic, Reason reason) {
		this.watched.remove(topic);
		settle(topic);
		this.forgotten.merge(reason, 1L, Long::sum);
	}

	private void settle(TopicStream topic) {
		this.settled = SnapshotSums.add(this.settled, SnapshotSums.closed(topic.takeCounts()));
	}

	/**
	 * Counts what a connection is given that watches several topics.
	 */
	synchronized void merged(EventStream stream) {
		this.merged.add(stream);
	}

	/**
	 * Takes note that such a connection has ended.
	 */
	synchronized void unmerged(EventStream stream) {
		if (this.merged.remove(stream)) {
			this.settled = SnapshotSums.add(this.settled, SnapshotSums.closed(stream.snapshot()));
		}
	}

	/**
	 * Counts events that such a connection was not given, since it was too slow, or newer
	 * ones stand for them. Any thread.
	 */
	void skipped(long events) {
		this.skipped.add(events);
	}

	/**
	 * Counts a source that was started.
	 */
	synchronized void sourceStarted() {
		this.sources++;
	}

	/**
	 * Counts a source that has ended.
	 */
	synchronized void sourceEnded() {
		this.sources--;
	}

	/**
	 * How many sources run.
	 */
	synchronized int sources() {
		return this.sources;
	}

	/**
	 * How many topics were forgotten, for each reason.
	 */
	synchronized Map<Reason, Long> forgotten() {
		return Map.copyOf(this.forgotten);
	}

	/**
	 * Adds up what all topics have counted that there are and were, as if they were one
	 * stream. A connection counts once, however many topics it watches. A publisher that
	 * is subscribed to again while its topic has no clients counts once it has some, or
	 * is forgotten.
	 * @param published how many events were published
	 */
	synchronized StreamSnapshot sum(long published) {
		StreamSnapshot sum = this.settled;
		int twice = 0;
		for (TopicStream topic : this.watched) {
			sum = SnapshotSums.add(sum, topic.uncounted());
			twice += topic.log().followers().count();
		}
		for (EventStream stream : this.merged) {
			sum = SnapshotSums.add(sum, stream.snapshot());
		}
		return new StreamSnapshot(sum.name(), sum.state(), Math.max(0, sum.clients() - twice), published,
				sum.delivered(), sum.bytes(), sum.skipped() + this.skipped.sum(), sum.filtered(), sum.replayed(),
				sum.greatestLag(), sum.restarts());
	}

	/**
	 * The topics that may have clients.
	 */
	synchronized List<TopicStream> watched() {
		return List.copyOf(this.watched);
	}

}
