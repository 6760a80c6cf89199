package io.eventsource.autoconfigure;

import java.util.List;
import java.util.Map;

import io.eventsource.TopicSnapshot;
import io.eventsource.TopicsSnapshot;
import io.eventsource.TopicsSnapshot.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The topics of a stream as the actuator shows them.
 *
 * @param count the number of topics
 * @param bytes the number of bytes that the events of all topics take
 * @param sources the number of sources that run
 * @param forgotten how many topics were forgotten, for each reason
 * @param busiest the topics that have the most clients
 */
record TopicsDescriptor(int count, long bytes, int sources, Map<Reason, Long> forgotten, List<Busy> busiest) {

	/** How many of the topics with the most clients are shown. */
	static final int BUSIEST = 10;

	static TopicsDescriptor of(TopicsSnapshot sums, List<TopicSnapshot> busiest, ShownValues names) {
		return new TopicsDescriptor(sums.topics(), sums.bytes(), sums.sources(), sums.forgotten(),
				busiest.stream().map((topic) -> new Busy(names.of(topic.topic()), topic.stream().clients())).toList());
	}

	/**
	 * A topic with clients.
	 *
	 * @param topic the topic, masked if it is the name of a user
	 * @param clients how many it has
	 */
	record Busy(@Nullable String topic, int clients) {

	}

}
