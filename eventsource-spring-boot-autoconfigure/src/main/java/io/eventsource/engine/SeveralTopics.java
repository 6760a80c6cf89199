package io.eventsource.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.RefusalReason;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.LogId;
import org.jspecify.annotations.Nullable;

/**
 * The topics that one client asks for together. Thread-safe.
 */
final class SeveralTopics implements StreamSelector {

	private final TopicStreams all;

	private final List<EventClient> asked;

	/**
	 * Describes the topics.
	 * @param asked the client as it was let in to each of them
	 */
	SeveralTopics(TopicStreams all, List<EventClient> asked) {
		this.all = all;
		this.asked = asked;
	}

	@Override
	public boolean isOver(EventClient client) {
		String place = place(client.lastEventId());
		for (EventClient each : this.asked) {
			TopicStream topic = this.all.table().find(each.topic());
			if (topic == null || !topic.isOver(place)) {
				return false;
			}
		}
		return true;
	}

	/** There may be room for each, and not for all together. */
	@Override
	public @Nullable RefusalReason refusal(EventClient client) {
		for (EventClient each : this.asked) {
			RefusalReason reason = this.all.refusal(each);
			if (reason != null) {
				return reason;
			}
		}
		return this.all.table().hasRoom(client.topics()) ? null : RefusalReason.MAX_TOPICS;
	}

	@Override
	public EventConnection connect(EventClient client, EventSink sink) {
		Map<TopicStream, EventClient> topics = new LinkedHashMap<>();
		try {
			// First those that exist, so that they do not have to make room for the
			// others
			acquire(topics, (each) -> this.all.table().find(each.topic()) != null);
			Set<String> acquired = topics.keySet().stream().map(TopicStream::topic).collect(Collectors.toSet());
			acquire(topics, (each) -> !acquired.contains(each.topic()));
			EventConnection connection = this.all.merged().connect(client, sink, topics, place(client.lastEventId()));
			this.all.stopIfDue(topics.keySet());
			return connection;
		}
		finally {
			topics.keySet().forEach(this.all::release);
		}
	}

	private void acquire(Map<TopicStream, EventClient> topics, Predicate<EventClient> which) {
		for (EventClient each : this.asked) {
			if (which.test(each)) {
				topics.put(this.all.acquire(each), each);
			}
		}
	}

	/**
	 * The place of a client in the family's numbers. An id that a publisher has given
	 * stands for a place in one topic only.
	 */
	private @Nullable String place(@Nullable String lastEventId) {
		if (lastEventId == null || LogId.parse(lastEventId) != null) {
			return lastEventId;
		}
		TopicStream stream = this.all.table().find(LogId.topic(lastEventId));
		if (stream == null) {
			return lastEventId;
		}
		EventLog log = stream.log();
		Frame frame = log.frame(lastEventId);
		return (frame != null) ? LogId.ofEvent(log.epoch(), frame.number()) : lastEventId;
	}

}
