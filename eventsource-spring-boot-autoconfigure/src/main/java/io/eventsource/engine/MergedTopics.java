package io.eventsource.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;

/**
 * The topics that a connection watches, in the order in which it is given what they have.
 * Belongs to the worker of the {@link TopicMerge}, but for arrivals.
 */
final class MergedTopics {

	private final List<MergedTopic> all = new ArrayList<>();

	/** Those to which something was added, or that have ended. */
	private final Queue<MergedTopic> arrivals = new ConcurrentLinkedQueue<>();

	/** Those that have something for the client. */
	private final PriorityQueue<MergedTopic> ready = new PriorityQueue<>(Comparator.comparingLong(MergedTopic::number));

	/** Whether the client has yet to be given what was there when it came or was slow. */
	private boolean lagging;

	/** How many topics have not ended. */
	private int running;

	/**
	 * Adds a topic, before the first event is taken.
	 */
	void add(MergedTopic topic) {
		this.all.add(topic);
		this.running++;
		this.lagging |= topic.reader().isBehind();
	}

	/**
	 * Takes note that something was added to a topic, or that it has ended. Any thread.
	 */
	void arrived(MergedTopic topic) {
		this.arrivals.add(topic);
	}

	/**
	 * Looks at what has come.
	 */
	void registerArrivals() {
		for (MergedTopic topic = this.arrivals.poll(); topic != null; topic = this.arrivals.poll()) {
			// One that is among them already has its place by what is next
			if (!topic.isQueued()) {
				look(topic);
			}
		}
	}

	/**
	 * The topic whose turn it is; {@code null} if none has anything.
	 */
	@Nullable MergedTopic first() {
		return this.ready.peek();
	}

	/**
	 * Takes note that the client was given what was next of the first topic.
	 */
	void taken() {
		MergedTopic first = this.ready.remove();
		first.taken();
		look(first);
	}

	private void look(MergedTopic topic) {
		boolean over = topic.reader().hasEnded();
		if (topic.look(this.lagging)) {
			this.ready.add(topic);
		}
		else if (!over && topic.reader().hasEnded()) {
			this.running--;
		}
	}

	/**
	 * Sets whether the client does not keep up.
	 */
	void lagging(boolean lagging) {
		this.lagging = lagging;
	}

	/**
	 * Whether all topics have ended, and the client was given all of them.
	 */
	boolean haveEnded() {
		return this.running == 0;
	}

	/**
	 * Follows the topics no more. Any thread.
	 */
	void close() {
		this.all.forEach(MergedTopic::close);
	}

}
