package io.eventsource.engine;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.RefusalReason;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicReceiver;
import io.eventsource.TopicSource;
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

	private final LogFamily family;

	private final TopicCounts counts = new TopicCounts();

	private final TopicTable table;

	private final TopicEntrance entrance;

	private final MergedStreams merged;

	private final TopicOverview overview;

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
		this.family = new LogFamily(topics.settings().perConnection() > 1);
		this.table = new TopicTable(topics.settings(), this.family,
				new TopicFactory(topics.source(), builders, streams), this.counts, topics.dispatcher().clock());
		this.entrance = new TopicEntrance(topics.source(), topics.settings().unknown(), this.table, this.counts);
		this.merged = new MergedStreams(this.family, builders, streams, this.counts, topics.dispatcher());
		this.overview = new TopicOverview(this.table, this.counts, this.family, this.merged);
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
		return this.entrance.isOver(client);
	}

	@Override
	public @Nullable RefusalReason refusal(EventClient client) {
		return this.entrance.refusal(client);
	}

	@Override
	public EventConnection connect(EventClient client, EventSink sink) {
		TopicStream stream = acquire(client);
		try {
			EventConnection connection = stream.stream().connect(client, sink);
			stopIfDue(Set.of(stream));
			return connection;
		}
		finally {
			release(stream);
		}
	}

	/**
	 * Keeps the topic of a client that is about to connect, until it is released.
	 * @throws IllegalStateException if there is no such topic, and may be none
	 */
	TopicStream acquire(EventClient client) {
		return this.entrance.acquire(client);
	}

	void release(TopicStream stream) {
		this.entrance.release(stream);
	}

	/**
	 * Ends topics that were made while all were stopped.
	 */
	void stopIfDue(Collection<TopicStream> topics) {
		if (this.stopped) {
			topics.forEach((topic) -> topic.stream().stop());
		}
	}

	@Override
	public StreamSelector several(List<EventClient> asked) {
		return new SeveralTopics(this, asked);
	}

	TopicTable table() {
		return this.table;
	}

	MergedStreams merged() {
		return this.merged;
	}

	@Override
	public void publish(String topic, Event event) {
		requireRunning();
		TopicStream stream = this.table.acquire(topic, true);
		boolean published = false;
		try {
			stream.used().publish(topic, event);
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
				stream.used().start(publisher, () -> complete(stream));
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
		if (this.source.isShared()) {
			this.source.complete(topic);
		}
		else if (stream != null) {
			complete(stream);
		}
	}

	private void complete(TopicStream stream) {
		if (!this.table.keep(stream)) {
			return;
		}
		try {
			if (this.table.change(stream::end)) {
				this.counts.sourceEnded();
			}
			stream.complete();
		}
		finally {
			this.table.release(stream, false);
		}
	}

	@Override
	public StreamSnapshot sum() {
		return this.counts.sum(this.family.published());
	}

	@Override
	public TopicOverview topics() {
		return this.overview;
	}

}
