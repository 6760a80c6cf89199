package io.eventsource.engine;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The topics of a family that nobody uses, in the order in which they are forgotten. One
 * that has not been used for a moment rests: only its log remains, so that it costs
 * little memory and no time. Guarded by the monitor of {@link TopicTable}.
 */
final class IdleTopics {

	/** How long a topic does not rest yet, since it may be used again soon. */
	private static final long MOMENT = TimeUnit.SECONDS.toNanos(1);

	/** How many do not rest yet, at most. */
	private static final int MAX_RUNNING = 256;

	private final Map<String, TopicStream> topics = new LinkedHashMap<>();

	/** Those that will rest, and do not yet. */
	private final Set<TopicStream> running = new LinkedHashSet<>();

	private final Consumer<TopicStream> rest;

	/**
	 * Begins without topics.
	 * @param rest lets a topic rest, if it can
	 */
	IdleTopics(Consumer<TopicStream> rest) {
		this.rest = rest;
	}

	/**
	 * Adds a topic, behind all others.
	 */
	void add(TopicStream topic) {
		remove(topic);
		this.topics.put(topic.topic(), topic);
		RunningTopic served = topic.running();
		if (served == null || !served.mayRest()) {
			return;
		}
		this.running.add(topic);
		if (this.running.size() > MAX_RUNNING) {
			TopicStream first = this.running.iterator().next();
			this.running.remove(first);
			rest(first);
		}
	}

	private void rest(TopicStream topic) {
		this.rest.accept(topic);
		if (topic.running() != null) {
			// What was published has not been taken yet
			this.running.add(topic);
		}
	}

	/**
	 * Removes a topic.
	 */
	void remove(TopicStream topic) {
		this.topics.remove(topic.topic());
		this.running.remove(topic);
	}

	boolean isEmpty() {
		return this.topics.isEmpty();
	}

	int size() {
		return this.topics.size();
	}

	boolean contains(String topic) {
		return this.topics.containsKey(topic);
	}

	/**
	 * The topic that is forgotten next; {@code null} if there is none.
	 */
	@Nullable TopicStream first() {
		Iterator<TopicStream> all = this.topics.values().iterator();
		return all.hasNext() ? all.next() : null;
	}

	/**
	 * All topics, in the order in which they are forgotten.
	 */
	List<TopicStream> all() {
		return List.copyOf(this.topics.values());
	}

	/**
	 * Lets those rest that have not been used for a moment.
	 */
	void restAll(long now) {
		if (this.running.isEmpty()) {
			return;
		}
		for (TopicStream topic : List.copyOf(this.running)) {
			if (now - topic.idleSince() < MOMENT) {
				break;
			}
			this.running.remove(topic);
			rest(topic);
		}
	}

}
