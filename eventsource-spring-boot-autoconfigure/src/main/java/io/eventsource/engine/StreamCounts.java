package io.eventsource.engine;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.eventsource.StreamSnapshot;
import io.eventsource.TopicsSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * What streams have counted that have ended, so that counts go on where an application is
 * stopped and started again. Not thread-safe.
 */
final class StreamCounts {

	private final Map<String, StreamSnapshot> ended = new HashMap<>();

	private final Map<String, TopicsSnapshot> endedTopics = new HashMap<>();

	/** Those that are about to end, which count to their last moment. */
	private Collection<StreamFamily> ending = List.of();

	/**
	 * Counts on while streams end.
	 */
	void begin(Collection<StreamFamily> streams) {
		this.ending = streams;
	}

	/**
	 * Keeps what streams have counted, which have ended now.
	 */
	void end(Collection<StreamFamily> streams) {
		for (StreamFamily stream : streams) {
			String name = stream.name();
			this.ended.put(name, SnapshotSums.add(SnapshotSums.closed(stream.snapshot()), this.ended.get(name)));
			TopicsSnapshot topics = topics(stream);
			if (topics != null) {
				this.endedTopics.put(name, SnapshotSums.add(SnapshotSums.closed(topics), this.endedTopics.get(name)));
			}
		}
		if (this.ending == streams) {
			this.ending = List.of();
		}
	}

	/**
	 * Adds what was counted before.
	 */
	StreamSnapshot with(StreamSnapshot current) {
		return SnapshotSums.add(current, before(current.name()));
	}

	/**
	 * What was counted before; {@code null} if nothing ever was.
	 */
	@Nullable StreamSnapshot before(String name) {
		StreamSnapshot before = this.ended.get(name);
		StreamFamily stream = ending(name);
		return (stream != null) ? SnapshotSums.add(SnapshotSums.closed(stream.snapshot()), before) : before;
	}

	/**
	 * Describes the topics of a stream as they are now, with what was counted before;
	 * {@code null} if it has none.
	 */
	@Nullable TopicsSnapshot topicsWith(StreamFamily running) {
		TopicsSnapshot current = topics(running);
		return (current != null) ? SnapshotSums.add(current, topicsBefore(running.name())) : null;
	}

	/**
	 * What was counted of topics before; {@code null} if nothing ever was.
	 */
	@Nullable TopicsSnapshot topicsBefore(String name) {
		TopicsSnapshot before = this.endedTopics.get(name);
		StreamFamily stream = ending(name);
		TopicsSnapshot topics = (stream != null) ? topics(stream) : null;
		return (topics != null) ? SnapshotSums.add(SnapshotSums.closed(topics), before) : before;
	}

	private static @Nullable TopicsSnapshot topics(StreamFamily stream) {
		TopicOverview topics = stream.topics();
		return (topics != null) ? topics.snapshot(stream.name()) : null;
	}

	private @Nullable StreamFamily ending(String name) {
		return this.ending.stream().filter((stream) -> stream.name().equals(name)).findFirst().orElse(null);
	}

}
