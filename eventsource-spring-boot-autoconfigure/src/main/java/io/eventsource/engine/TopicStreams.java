package io.eventsource.engine;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.RefusalReason;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicReceiver;
import io.eventsource.TopicSnapshot;
import io.eventsource.TopicSource;
import io.eventsource.TopicsSnapshot;
import io.eventsource.UnknownTopics;
import io.eventsource.engine.log.LogFamily;
import io.eventsource.engine.runtime.Worker;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The streams of a family by topic: what is published goes to the stream of its topic,
 * and so do the clients. Thread-safe.
 */
final class TopicStreams implements StreamSelector, TopicReceiver {

	private final TopicSource source;

	private final UnknownTopics unknown;

	private final LogFamily family = new LogFamily();

	private final TopicCounts counts = new TopicCounts();

	private final TopicTable table;

	private final Worker worker;

	private final Runnable tick = this::tick;

	private volatile boolean stopped;

	/**
	 * Creates the streams of a family, none yet.
	 * @param topics the topics
	 * @param builders describes the stream of a publisher
	 * @param streams where the streams are found while they run
	 */
	TopicStreams(TopicDefinition topics, Function<Publisher<?>, EventStreamBuilder> builders, ActiveStreams streams) {
		this.source = topics.source();
		this.unknown = topics.settings().unknown();
		this.table = new TopicTable(topics.settings(), this.family,
				new TopicFactory(topics.source(), builders, streams), this.counts, topics.dispatcher().clock());
		this.worker = topics.dispatcher().worker(0);
	}

	/**
	 * Begins to take what is published.
	 */
	void start() {
		this.worker.startTicking(this.tick);
		this.source.connect(this);
	}

	@Override
	public void stop() {
		this.stopped = true;
		this.table.all().forEach(this::complete);
	}

	@Override
	public void close() {
		this.source.disconnect(this);
		this.worker.stopTicking(this.tick);
	}

	private void tick() {
		this.table.expire();
		this.table.shed();
	}

	@Override
	public boolean isOver(EventClient client) {
		TopicStream topic = this.table.find(client.topic());
		return topic != null && topic.stream().isOver(client.lastEventId());
	}

	@Override
	public @Nullable RefusalReason refusal(EventClient client) {
		if (client.topic() == null) {
			return RefusalReason.NOT_FOUND;
		}
		if (this.table.find(client.topic()) != null) {
			return null;
		}
		if (this.unknown == UnknownTopics.NOT_FOUND) {
			return RefusalReason.NOT_FOUND;
		}
		return this.table.hasRoom() ? null : RefusalReason.MAX_TOPICS;
	}

	@Override
	public EventConnection connect(EventClient client, EventSink sink) {
		String topic = client.topic();
		if (topic == null) {
			throw new IllegalStateException(client + " has no topic");
		}
		TopicStream stream = this.table.acquire(topic, this.unknown == UnknownTopics.ACCEPT);
		try {
			this.counts.watched(stream);
			EventConnection connection = stream.stream().connect(client, sink);
			if (this.stopped) {
				stream.stream().stop();
			}
			return connection;
		}
		finally {
			this.table.release(stream, false);
		}
	}

	@Override
	public void publish(String topic, Event event) {
		requireRunning();
		TopicStream stream = this.table.acquire(topic, true);
		boolean published = false;
		try {
			stream.publish(event);
			published = true;
		}
		finally {
			this.table.release(stream, published);
		}
		this.table.shed();
	}

	@Override
	public boolean start(String topic, Supplier<? extends Publisher<?>> publisher) {
		requireRunning();
		TopicStream stream = this.table.acquire(topic, true);
		try {
			boolean started = this.table.change(() -> beginSource(stream));
			if (started) {
				stream.start(publisher, () -> complete(stream));
				if (!this.table.change(stream::hasSource)) {
					// For what was completed while it was being started
					stream.complete();
				}
			}
			return started;
		}
		finally {
			this.table.release(stream, false);
		}
	}

	private boolean beginSource(TopicStream stream) {
		boolean begun = stream.beginSource();
		if (begun) {
			this.counts.sourceStarted();
		}
		return begun;
	}

	private void requireRunning() {
		if (this.stopped) {
			throw new IllegalStateException("The stream was stopped, and all of its topics with it");
		}
	}

	@Override
	public void complete(String topic) {
		TopicStream stream = this.table.find(topic);
		if (stream != null) {
			complete(stream);
		}
	}

	private void complete(TopicStream stream) {
		if (this.table.change(stream::end)) {
			this.counts.sourceEnded();
		}
		stream.complete();
		this.table.left(stream);
	}

	@Override
	public @Nullable EventStream stream(String topic) {
		TopicStream found = this.table.find(topic);
		return (found != null) ? found.stream() : null;
	}

	@Override
	public StreamSnapshot sum() {
		return this.counts.sum(this.family.published());
	}

	@Override
	public TopicStreams topics() {
		return this;
	}

	/**
	 * Describes the topics as they are now, as sums.
	 */
	TopicsSnapshot snapshot(String stream) {
		return new TopicsSnapshot(stream, this.table.size(), this.counts.sources(), this.family.bytes(),
				this.counts.forgotten());
	}

	/**
	 * Describes a topic as it is now.
	 * @return the snapshot; {@code null} if there is no such topic
	 */
	@Nullable TopicSnapshot describe(String topic) {
		TopicStream found = this.table.find(topic);
		return (found != null) ? this.table.describe(found) : null;
	}

	/**
	 * Describes the topics that have the most clients.
	 * @param limit how many at most
	 */
	List<TopicSnapshot> busiest(int limit) {
		return this.counts.watched()
			.stream()
			.map(this.table::describe)
			.filter((topic) -> topic.stream().clients() > 0)
			.sorted(Comparator.comparingInt((TopicSnapshot topic) -> topic.stream().clients())
				.reversed()
				.thenComparing(TopicSnapshot::topic))
			.limit(limit)
			.toList();
	}

}
