package io.eventsource.engine;

import java.util.ArrayList;
import java.util.Collection;
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
	private final IdleTopics idle = new IdleTopics(this::rest);

	private final LostNumbers lost = new LostNumbers();

	/**
	 * Creates a table without topics.
	 * @param settings the limits
	 * @param family what the logs of the topics share
	 * @param factory makes topics and what serves them; called under the lock
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
		long kept = wanted.stream().filter(this.idle::contains).count();
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
		if (stream == null && !make) {
			throw new IllegalStateException("There is no topic '" + LogSanitizer.line(topic) + "' any more");
		}
		TopicStream used = (stream != null) ? stream : make(topic);
		if (used.running() == null) {
			this.factory.run(used, () -> left(used));
		}
		this.topics.putIfAbsent(topic, used);
		use(used);
		return used;
	}

	private void use(TopicStream stream) {
		stream.use();
		this.idle.remove(stream);
	}

	/** The same for a topic that is known, unless it has been forgotten. */
	synchronized boolean keep(TopicStream stream) {
		boolean known = this.topics.get(stream.topic()) == stream;
		if (known) {
			use(stream);
		}
		return known;
	}

	private TopicStream make(String topic) {
		if (this.topics.size() >= this.settings.max()) {
			makeRoom(topic);
		}
		String suffix = (this.settings.perConnection() > 1) ? LogId.suffix(topic) : "";
		return this.factory.create(topic, new LogOrigin(this.family, this.lost.get(topic), suffix, false));
	}

	private void makeRoom(String topic) {
		TopicStream oldest = this.idle.first();
		if (oldest == null) {
			throw new IllegalStateException("There cannot be a topic '" + LogSanitizer.line(topic) + "' beside "
					+ this.topics.size() + " others, all of which have clients or sources; raise max-topics");
		}
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
		if (stream.isIdle() && stream.isEmpty()) {
			forget(stream, Reason.EMPTY);
		}
		else if (stream.isIdle()) {
			this.idle.add(stream);
		}
	}

	private void rest(TopicStream stream) {
		RunningTopic running = stream.running();
		if (running != null && running.canRest()) {
			this.factory.end(stream);
			this.counts.rest(stream);
		}
	}

	private void forget(TopicStream stream, Reason reason) {
		this.topics.remove(stream.topic());
		this.idle.remove(stream);
		this.factory.end(stream);
		// What comes while nobody listens to a publisher is lost, too
		this.lost.add(stream.topic(), stream.isKnown() ? stream.log().ids().lastNumber() : this.family.next());
		stream.log().renew();
		this.counts.forgotten(stream, reason);
	}

	/**
	 * Forgets the topics whose time is over, and lets those rest that nobody uses.
	 */
	synchronized void expire() {
		long linger = this.settings.linger().toNanos();
		long now = this.clock.getAsLong();
		TopicStream oldest = this.idle.first();
		while (oldest != null && now - oldest.idleSince() >= linger) {
			forget(oldest, Reason.LINGER);
			oldest = this.idle.first();
		}
		this.idle.restAll(now);
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
		for (TopicStream stream : this.idle.all()) {
			shed(stream, limit);
			if (stream.isDrained()) {
				forget(stream, Reason.MEMORY);
			}
		}
		new ArrayList<>(this.topics.values()).forEach((stream) -> shed(stream, limit));
	}

	private void shed(TopicStream stream, long limit) {
		boolean dropped = true;
		while (dropped && this.family.bytes() > limit) {
			dropped = stream.log().dropOldest();
		}
	}

}
