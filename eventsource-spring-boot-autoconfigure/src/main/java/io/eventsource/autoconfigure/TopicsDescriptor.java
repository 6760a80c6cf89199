package io.eventsource.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.eventsource.TopicSnapshot;
import io.eventsource.TopicsSnapshot;
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
record TopicsDescriptor(int count, long bytes, int sources, Map<String, Long> forgotten, List<Busy> busiest) {

	/** How many of the topics with the most clients are shown. */
	static final int BUSIEST = 10;

	static TopicsDescriptor of(TopicsSnapshot sums, List<TopicSnapshot> busiest, ShownValues names) {
		return new TopicsDescriptor(sums.topics(), sums.bytes(), sums.sources(), forgotten(sums),
				busiest.stream().map((topic) -> new Busy(names.of(topic.topic()), topic.stream().clients())).toList());
	}

	private static Map<String, Long> forgotten(TopicsSnapshot sums) {
		Map<String, Long> forgotten = new TreeMap<>();
		sums.forgotten()
			.forEach((reason, count) -> forgotten.put(reason.name().toLowerCase(Locale.ROOT).replace('_', '-'), count));
		return forgotten;
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
