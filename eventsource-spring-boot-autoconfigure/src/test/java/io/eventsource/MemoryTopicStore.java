package io.eventsource;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Topics in memory: one instance's view of topics that several share.
 */
final class MemoryTopicStore implements TopicStore {

	private final MemoryTopics topics;

	private final Set<MemoryRun> runs = ConcurrentHashMap.newKeySet();

	MemoryTopicStore(MemoryTopics topics) {
		this.topics = topics;
	}

	@Override
	public EventStore events(String topic) {
		return new MemoryEventStore(this.topics.topic(topic), (event) -> append(topic, event));
	}

	@Override
	public boolean append(String topic, Event event) {
		return this.topics.append(topic, event);
	}

	@Override
	public boolean exists(String topic) {
		return this.topics.exists(topic);
	}

	@Override
	public Run start(String topic, Runnable onStop) {
		MemoryRun run = new MemoryRun(topic, onStop);
		if (!this.topics.start(run)) {
			return null;
		}
		this.runs.add(run);
		return run;
	}

	@Override
	public void end(String topic) {
		end(topic, null, End.STOPPED);
	}

	private void end(String topic, MemoryRun by, End end) {
		MemoryRun stopped = this.topics.end(topic, by, end);
		if (stopped != null) {
			stopped.onStop.run();
		}
	}

	@Override
	public boolean isConnected() {
		return this.topics.isAvailable();
	}

	/** Ends as an instance does whose machine fails. */
	void die() {
		this.runs.forEach((run) -> end(run.topic, run, End.INTERRUPTED));
	}

	/**
	 * The run of a source.
	 */
	final class MemoryRun implements Run {

		private final String topic;

		private final Runnable onStop;

		private MemoryRun(String topic, Runnable onStop) {
			this.topic = topic;
			this.onStop = onStop;
		}

		String topic() {
			return this.topic;
		}

		@Override
		public boolean append(Event event) {
			return MemoryTopicStore.this.topics.append(this, event);
		}

		@Override
		public void end(End end) {
			MemoryTopicStore.this.runs.remove(this);
			MemoryTopicStore.this.end(this.topic, this, end);
		}

	}

}
