package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import io.eventsource.LogSanitizer;
import io.eventsource.TopicSettings;
import io.eventsource.TopicSnapshot;
import io.eventsource.TopicsSnapshot.Reason;
import io.eventsource.engine.log.LogFamily;
import io.eventsource.engine.log.LogId;
import io.eventsource.engine.log.LogOrigin;
import org.jspecify.annotations.Nullable;

/**
 * The topics of a family that there are at the moment, who uses them, and what is
 * remembered of those that there were. A topic is never forgotten while a thread, a
 * client or a source uses it. Thread-safe; no method blocks.
 */
final class TopicTable {

	private final TopicSettings settings;

	private final LogFamily family;

	private final TopicFactory factory;

	private final TopicCounts counts;

	private final LongSupplier clock;

	/** From the least to the most recently used. */
	private final Map<String, TopicStream> topics = new LinkedHashMap<>(16, 0.75f, true);

	/** Those without clients, in the order in which they are forgotten. */
	private final Map<String, TopicStream> idle = new LinkedHashMap<>();

	private final LostNumbers lost = new LostNumbers();

	/**
	 * Creates a table without topics.
	 * @param settings the limits
	 * @param family what the logs of the topics share
	 * @param factory makes the stream of a topic; called under the lock
	 * @param counts what the topics count
	 * @param clock the clock of the dispatcher, in nanoseconds
	 */
	TopicTable(TopicSettings settings, LogFamily family, TopicFactory factory, TopicCounts counts, LongSupplier clock) {
		this.settings = settings;
		this.family = family;
		this.factory = factory;
		this.counts = counts;
		this.clock = clock;
	}

	/**
	 * Finds a topic.
	 * @return the topic, or {@code null} if it is unknown
	 */
	synchronized @Nullable TopicStream find(@Nullable String topic) {
		return (topic != null) ? this.topics.get(topic) : null;
	}

	/**
	 * Whether there is room for some topics together, if need be in place of others that
	 * have no clients.
	 */
	synchronized boolean hasRoom(Collection<String> wanted) {
		long more = wanted.stream().filter((topic) -> !this.topics.containsKey(topic)).count();
		long kept = wanted.stream().filter(this.idle::containsKey).count();
		return this.topics.size() + more <= this.settings.max() + this.idle.size() - kept;
	}

	/**
	 * All topics that there are.
	 */
	synchronized List<TopicStream> all() {
		return List.copyOf(this.topics.values());
	}

	/**
	 * How many topics there are.
	 */
	synchronized int size() {
		return this.topics.size();
	}

	/**
	 * Describes a topic as it is now.
	 */
	synchronized TopicSnapshot describe(TopicStream stream) {
		return stream.snapshot(this.clock.getAsLong());
	}

	/**
	 * Keeps a topic until it is released by the same thread.
	 * @param make whether to make it if there is none
	 * @throws IllegalStateException if there is none, or cannot be one more
	 */
	synchronized TopicStream acquire(String topic, boolean make) {
		TopicStream stream = this.topics.get(topic);
		if (stream == null) {
			if (!make) {
				throw new IllegalStateException("There is no topic '" + LogSanitizer.line(topic) + "' any more");
			}
			stream = make(topic);
		}
		stream.use();
		this.idle.remove(topic);
		return stream;
	}

	private TopicStream make(String topic) {
		if (this.topics.size() >= this.settings.max()) {
			makeRoom(topic);
		}
		String suffix = (this.settings.perConnection() > 1) ? LogId.suffix(topic) : "";
		TopicStream made = this.factory.create(topic, new LogOrigin(this.family, this.lost.get(topic), suffix, false),
				() -> left(topic));
		this.topics.put(topic, made);
		return made;
	}

	private void makeRoom(String topic) {
		Iterator<TopicStream> candidates = this.idle.values().iterator();
		if (!candidates.hasNext()) {
			throw new IllegalStateException("There cannot be a topic '" + LogSanitizer.line(topic) + "' beside "
					+ this.topics.size() + " others, all of which have clients or sources; raise max-topics");
		}
		TopicStream oldest = candidates.next();
		candidates.remove();
		forget(oldest, Reason.MAX_TOPICS);
	}

	/**
	 * Gives back a topic that was acquired.
	 * @param published whether an event was taken meanwhile
	 */
	synchronized void release(TopicStream stream, boolean published) {
		if (published) {
			stream.taken();
		}
		stream.release(this.clock.getAsLong());
		settle(stream);
	}

	/**
	 * Changes a topic in one step.
	 */
	synchronized boolean change(BooleanSupplier change) {
		return change.getAsBoolean();
	}

	private void left(String topic) {
		TopicStream stream = find(topic);
		if (stream != null) {
			left(stream);
		}
	}

	/**
	 * Takes note that a topic may not be used any more.
	 */
	synchronized void left(TopicStream stream) {
		if (this.topics.get(stream.topic()) == stream) {
			stream.left(this.clock.getAsLong());
			settle(stream);
		}
	}

	private void settle(TopicStream stream) {
		if (stream.isUnwatched()) {
			this.counts.unwatched(stream);
		}
		if (!stream.isIdle()) {
			return;
		}
		this.idle.remove(stream.topic());
		if (stream.isEmpty()) {
			forget(stream, Reason.EMPTY);
		}
		else {
			stream.stream().rest();
			this.idle.put(stream.topic(), stream);
		}
	}

	private void forget(TopicStream stream, Reason reason) {
		this.topics.remove(stream.topic());
		// What comes while nobody listens to a publisher is lost, too
		boolean known = stream.forget();
		this.lost.add(stream.topic(), known ? stream.stream().log().ids().lastNumber() : this.family.next());
		stream.stream().log().renew();
		this.factory.remove(stream);
		this.counts.forgotten(stream, reason);
	}

	/**
	 * Forgets the topics whose time is over.
	 */
	synchronized void expire() {
		Duration linger = this.settings.linger();
		long now = this.clock.getAsLong();
		Iterator<TopicStream> candidates = this.idle.values().iterator();
		while (candidates.hasNext()) {
			TopicStream stream = candidates.next();
			if (now - stream.idleSince() < linger.toNanos()) {
				break;
			}
			candidates.remove();
			if (stream.isIdle()) {
				forget(stream, Reason.LINGER);
			}
		}
	}

	/**
	 * Drops the oldest events where all together take too much memory: first those of
	 * topics without clients.
	 */
	synchronized void shed() {
		if (this.family.bytes() <= this.settings.memory()) {
			return;
		}
		long limit = this.settings.memory() - this.settings.memory() / 10;
		for (TopicStream stream : List.copyOf(this.idle.values())) {
			shed(stream, limit);
			if (stream.isDrained()) {
				this.idle.remove(stream.topic());
				forget(stream, Reason.MEMORY);
			}
		}
		new ArrayList<>(this.topics.values()).forEach((stream) -> shed(stream, limit));
	}

	private void shed(TopicStream stream, long limit) {
		boolean dropped = true;
		while (dropped && this.family.bytes() > limit) {
			dropped = stream.stream().log().dropOldest();
		}
	}

}
