package io.eventsource.redis;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.Event;
import io.eventsource.TopicStore;

/**
 * The run of the source of a topic on this instance. Redis knows its name, and the number
 * of its last event, so that none is appended twice.
 */
final class RedisTopicRun implements TopicStore.Run {

	private final RedisTopicStore store;

	private final String topic;

	private final Runnable onStop;

	private final String name = UUID.randomUUID().toString();

	private final AtomicBoolean over = new AtomicBoolean();

	/** The number of events that were appended. */
	private long appended;

	RedisTopicRun(RedisTopicStore store, String topic, Runnable onStop) {
		this.store = store;
		this.topic = topic;
		this.onStop = onStop;
	}

	String topic() {
		return this.topic;
	}

	String name() {
		return this.name;
	}

	@Override
	public boolean append(Event event) {
		if (!this.store.append(this.topic, event, this.name, this.appended + 1)) {
			this.over.set(true);
			this.store.remove(this);
			return false;
		}
		this.appended++;
		return true;
	}

	@Override
	public void end(TopicStore.End end) {
		// What Redis says about it is no news
		this.over.set(true);
		this.store.end(this.topic, end, this.name);
		this.store.remove(this);
	}

	/**
	 * Takes note that the topic has ended.
	 */
	void ended() {
		if (this.over.compareAndSet(false, true)) {
			this.store.remove(this);
			this.onStop.run();
		}
	}

}
