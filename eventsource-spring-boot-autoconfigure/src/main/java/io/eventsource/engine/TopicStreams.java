package io.eventsource.engine;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.RefusalReason;
import io.eventsource.TopicReceiver;
import io.eventsource.TopicSource;
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

	private final TopicTable table;

	private final Worker worker;

	private final Runnable tick = this::tick;

	private volatile boolean stopped;

	/**
	 * Creates the streams of a family, none yet.
	 * @param topics the topics
	 * @param builders describes the stream of a publisher
	 * @param streams where the streams are found while they run
	 * @param onForget called with each stream whose topic is forgotten
	 */
	TopicStreams(TopicDefinition topics, Function<Publisher<?>, EventStreamBuilder> builders, ActiveStreams streams,
			Consumer<EventStream> onForget) {
		this.source = topics.source();
		this.unknown = topics.settings().unknown();
		this.table = new TopicTable(topics.settings(), new LogFamily(),
				new TopicFactory(topics.source(), builders, streams), onForget, topics.dispatcher().clock());
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
		TopicStream stream = this.table.acquire(topic, true);
		try {
			boolean started = this.table.change(stream::beginSource);
			if (started) {
				stream.start(publisher, () -> complete(stream));
			}
			return started;
		}
		finally {
			this.table.release(stream, false);
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
		this.table.change(stream::end);
		stream.complete();
		this.table.left(stream);
	}

	@Override
	public @Nullable EventStream stream(String topic) {
		TopicStream found = this.table.find(topic);
		return (found != null) ? found.stream() : null;
	}

}
