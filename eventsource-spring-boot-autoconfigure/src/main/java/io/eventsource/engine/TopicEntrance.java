package io.eventsource.engine;

import java.util.List;

import io.eventsource.EventClient;
import io.eventsource.RefusalReason;
import io.eventsource.TopicSource;
import io.eventsource.UnknownTopics;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients in to their topics, and has a topic made for the first one. Where
 * instances share the topics, what this one does not know is asked for where they are
 * kept. Thread-safe.
 *
 * @param source the topics
 * @param unknown how a client is treated that asks for a topic which there is not
 * @param table the topics that this instance knows
 * @param counts what the topics count
 */
record TopicEntrance(TopicSource source, UnknownTopics unknown, TopicTable table, TopicCounts counts) {

	/**
	 * Tells whether a client has nothing more to expect.
	 */
	boolean isOver(EventClient client) {
		TopicStream topic = this.table.find(client.topic());
		if (topic == null && this.source.isShared() && client.lastEventId() != null) {
			// It may have ended elsewhere
			TopicStream made = acquire(client);
			boolean over = made.isOver(client.lastEventId());
			release(made);
			return over;
		}
		return topic != null && topic.isOver(client.lastEventId());
	}

	/**
	 * Tells why there is no topic for a client.
	 * @return the reason, or {@code null} if there is one
	 */
	@Nullable RefusalReason refusal(EventClient client) {
		if (client.topic() == null) {
			return RefusalReason.NOT_FOUND;
		}
		if (this.table.find(client.topic()) != null) {
			return null;
		}
		RefusalReason refusal = this.source.refusal(client.topic(), this.unknown);
		if (refusal != null) {
			return refusal;
		}
		return this.table.hasRoom(List.of(client.topic())) ? null : RefusalReason.MAX_TOPICS;
	}

	/**
	 * Keeps the topic of a client that is about to connect, until it is released.
	 * @throws IllegalStateException if there is no such topic, and may be none
	 */
	TopicStream acquire(EventClient client) {
		String topic = client.topic();
		if (topic == null) {
			throw new IllegalStateException(client + " has no topic");
		}
		TopicStream stream = this.table.acquire(topic, mayBeMade(topic));
		try {
			if (this.source.isShared()) {
				stream.used().begin();
			}
			this.counts.watched(stream);
			return stream;
		}
		catch (RuntimeException | Error ex) {
			release(stream);
			throw ex;
		}
	}

	private boolean mayBeMade(String topic) {
		return this.unknown == UnknownTopics.ACCEPT
				|| (this.table.find(topic) == null && this.source.refusal(topic, this.unknown) == null);
	}

	void release(TopicStream stream) {
		this.table.release(stream, false);
	}

}
