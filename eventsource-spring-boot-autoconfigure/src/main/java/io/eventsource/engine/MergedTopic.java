package io.eventsource.engine;

import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.EventClient;
import io.eventsource.engine.log.LogFollower;
import org.jspecify.annotations.Nullable;

/**
 * One of the topics that a connection watches. Followed on any thread; everything else
 * belongs to the worker of the {@link TopicMerge}.
 */
final class MergedTopic implements LogFollower {

	private final TopicMerge merge;

	private final EventStream stream;

	private final StreamFollowers followers;

	private final TopicReader reader;

	/** Whether it is among those to be looked at. */
	private final AtomicBoolean arrived = new AtomicBoolean();

	private final AtomicBoolean open = new AtomicBoolean(true);

	/** Whether it waits for its turn among the others. */
	private boolean queued;

	/**
	 * Begins to follow a topic.
	 * @param client the client as it was let in to the topic
	 * @param lastEventId the place of the client, in the family's numbers
	 * @throws IllegalStateException if the topic was closed
	 */
	MergedTopic(TopicMerge merge, TopicStream topic, EventClient client, @Nullable String lastEventId) {
		this.merge = merge;
		this.stream = topic.stream();
		this.followers = this.stream.followers();
		this.reader = new TopicReader(topic.topic(), this.stream.delivery(), client, merge::skipped);
		// Before the place is taken, so that no publisher runs away from it meanwhile
		this.followers.add(this);
		this.reader.begin(lastEventId);
	}

	/**
	 * Lets the topic begin.
	 */
	void start() {
		appended();
		this.stream.start();
	}

	/**
	 * Reads the log of the topic.
	 */
	TopicReader reader() {
		return this.reader;
	}

	@Override
	public void appended() {
		if (!this.arrived.get() && this.arrived.compareAndSet(false, true)) {
			this.merge.arrived(this);
		}
	}

	@Override
	public void follow() {
		this.merge.resume();
	}

	@Override
	public long needed() {
		boolean waiting = this.stream.delivery().waitsForEverybody() || this.merge.isReading();
		return waiting ? this.reader.position() : Long.MAX_VALUE;
	}

	/**
	 * Looks at what has come.
	 * @param lagging whether the client does not keep up
	 * @return whether there is something for the client
	 */
	boolean look(boolean lagging) {
		this.arrived.set(false);
		this.queued = this.reader.look(lagging);
		return this.queued;
	}

	/**
	 * Takes note that the client was given what was next.
	 */
	void taken() {
		this.reader.taken();
		this.followers.progressed();
	}

	/**
	 * Whether it waits for its turn among the others.
	 */
	boolean isQueued() {
		return this.queued;
	}

	/**
	 * The number of the event that is next; zero if a gap is.
	 */
	long number() {
		return this.reader.number();
	}

	/**
	 * Follows the topic no more. Any thread.
	 */
	void close() {
		if (this.open.compareAndSet(true, false)) {
			this.followers.remove(this);
		}
	}

}
