package io.eventsource;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import io.eventsource.TopicStore.End;

/**
 * A family of topics in memory, for all instances that {@link MemoryTopicStore}s stand
 * for. The topics are kept until they are {@linkplain #forget() forgotten}.
 */
final class MemoryTopics {

	private final int maxLength;

	private final AtomicLong numbers = new AtomicLong();

	private final Map<String, MemoryEvents> topics = new HashMap<>();

	/** The sources that run, by topic. */
	private final Map<String, MemoryTopicStore.MemoryRun> runs = new HashMap<>();

	private boolean available = true;

	private boolean answering = true;

	MemoryTopics(int maxLength) {
		this.maxLength = maxLength;
	}

	synchronized void setAvailable(boolean available) {
		this.available = available;
		this.topics.values().forEach((topic) -> topic.setAvailable(available));
	}

	synchronized boolean isAvailable() {
		return this.available;
	}

	/** Sets whether callers get an answer, or have to wait for it. */
	synchronized void setAnswering(boolean answering) {
		this.answering = answering;
		notifyAll();
	}

	/** Forgets the topics that no instance uses. */
	synchronized void forget() {
		this.topics.keySet().retainAll(this.runs.keySet());
	}

	/** The events of a topic, which is not known thereby. */
	synchronized MemoryEvents topic(String topic) {
		return this.topics.computeIfAbsent(topic, (name) -> {
			MemoryEvents events = new MemoryEvents(this.maxLength, this.numbers::incrementAndGet);
			events.setAvailable(this.available);
			return events;
		});
	}

	synchronized boolean exists(String topic) {
		requireAvailable();
		MemoryEvents events = this.topics.get(topic);
		return this.runs.containsKey(topic) || (events != null && (!events.isEmpty() || events.end() != null));
	}

	synchronized boolean append(String topic, Event event) {
		requireAvailable();
		MemoryEvents events = topic(topic);
		if (events.end() != null) {
			return false;
		}
		events.add(event);
		return true;
	}

	synchronized boolean append(MemoryTopicStore.MemoryRun run, Event event) {
		requireAvailable();
		return this.runs.get(run.topic()) == run && append(run.topic(), event);
	}

	synchronized boolean start(MemoryTopicStore.MemoryRun run) {
		requireAvailable();
		return topic(run.topic()).end() == null && this.runs.putIfAbsent(run.topic(), run) == null;
	}

	/**
	 * Ends a topic, if it is known and has not ended.
	 * @param by the run that ends it; {@code null} if that is somebody else
	 * @return the run that has been ended by somebody else; {@code null} if there is none
	 */
	synchronized MemoryTopicStore.MemoryRun end(String topic, MemoryTopicStore.MemoryRun by, End end) {
		if (!exists(topic) || topic(topic).end() != null || (by != null && this.runs.get(topic) != by)) {
			return null;
		}
		topic(topic).finish(end);
		MemoryTopicStore.MemoryRun run = this.runs.remove(topic);
		return (run != by) ? run : null;
	}

	private void requireAvailable() {
		boolean interrupted = false;
		while (!this.answering) {
			try {
				wait();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		if (!this.available) {
			throw new EventPublicationException("The topics are not available", null);
		}
	}

}
