package io.eventsource.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.eventsource.TopicSnapshot;
import io.eventsource.TopicsSnapshot;
import io.eventsource.engine.log.LogFamily;
import org.jspecify.annotations.Nullable;

/**
 * Describes the topics of a family as they are now. Thread-safe.
 */
final class TopicOverview {

	private final TopicTable table;

	private final TopicCounts counts;

	private final LogFamily family;

	private final MergedStreams merged;

	TopicOverview(TopicTable table, TopicCounts counts, LogFamily family, MergedStreams merged) {
		this.table = table;
		this.counts = counts;
		this.family = family;
		this.merged = merged;
	}

	/**
	 * Describes the topics as they are now, as sums.
	 */
	TopicsSnapshot snapshot(String stream) {
		return new TopicsSnapshot(stream, this.table.size(), this.counts.sources(), this.family.bytes(),
				this.counts.forgotten());
	}

	/**
	 * Describes a topic as it is now.
	 * @return the snapshot; {@code null} if there is no such topic
	 */
	@Nullable TopicSnapshot describe(String topic) {
		TopicStream found = this.table.find(topic);
		return (found != null) ? this.table.describe(found) : null;
	}

	/**
	 * Describes the topics that have the most clients.
	 * @param limit how many at most
	 */
	List<TopicSnapshot> busiest(int limit) {
		return this.counts.watched()
			.stream()
			.map(this.table::describe)
			.filter((topic) -> topic.stream().clients() > 0)
			.sorted(Comparator.comparingInt((TopicSnapshot topic) -> topic.stream().clients())
				.reversed()
				.thenComparing(TopicSnapshot::topic))
			.limit(limit)
			.toList();
	}

	/**
	 * Finds all streams that have events of a topic.
	 */
	List<EventStream> streams(String topic) {
		List<EventStream> streams = new ArrayList<>(this.merged.of(topic));
		TopicStream own = this.table.find(topic);
		RunningTopic running = (own != null) ? own.running() : null;
		if (running != null) {
			streams.add(running.stream());
		}
		return streams;
	}

}
