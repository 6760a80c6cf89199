package io.eventsource.engine;

import java.util.function.Function;

import io.eventsource.EventChannel;
import io.eventsource.StreamSnapshot;
import io.eventsource.TopicSource;
import io.eventsource.engine.log.LogOrigin;
import io.eventsource.engine.runtime.Supervisor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Makes topics, and the streams that serve them: over a publisher where the topics have
 * them, and over a channel otherwise. Guarded by the monitor of {@link TopicTable}.
 */
final class TopicFactory {

	private static final Publisher<Object> NOTHING = (subscriber) -> {
	};

	private final TopicSource source;

	private final Function<Publisher<?>, EventStreamBuilder> builders;

	private final ActiveStreams streams;

	/** Shared by all topics, as is the snapshot of one that has counted nothing. */
	private @Nullable Supervisor supervisor;

	private @Nullable StreamSnapshot nothing;

	/**
	 * Creates a factory.
	 * @param source creates the publisher of a topic, if topics have them
	 * @param builders describes the stream of a publisher
	 * @param streams where the streams are found while they run
	 */
	TopicFactory(TopicSource source, Function<Publisher<?>, EventStreamBuilder> builders, ActiveStreams streams) {
		this.source = source;
		this.builders = builders;
		this.streams = streams;
	}

	/**
	 * Makes a topic that does not run yet.
	 * @param origin what its log shares with others
	 */
	TopicStream create(String topic, LogOrigin origin) {
		EventStreamBuilder builder = this.builders.apply(NOTHING).origin(origin);
		StreamSnapshot shared = (this.nothing != null) ? this.nothing : SnapshotSums.nothing(builder.name);
		this.nothing = shared;
		return new TopicStream(topic, origin, builder.log(), builder.settings.replay().initial(), shared);
	}

	/**
	 * Lets a topic run.
	 * @param onIdle called when its last client has gone
	 * @throws IllegalStateException if all streams are being ended
	 */
	void run(TopicStream topic, Runnable onIdle) {
		Function<String, ? extends Publisher<?>> publishers = this.source.source();
		if (publishers != null) {
			// Called where it may block
			String name = topic.topic();
			Publisher<?> publisher = (subscriber) -> publishers.apply(name).subscribe(subscriber);
			topic.run(new RunningTopic(build(publisher, topic, onIdle), null, false));
			return;
		}
		EventChannel channel = this.source.channel(topic.topic());
		RunningTopic running = new RunningTopic(build(channel, topic, onIdle), channel, this.source.isShared());
		if (!this.source.isShared()) {
			// What waits for a store is begun for the first client, without the lock
			running.begin();
		}
		topic.run(running);
	}

	/**
	 * Ends the stream that serves a topic, if there is one. The log remains.
	 */
	void end(TopicStream topic) {
		RunningTopic running = topic.running();
		if (running != null) {
			running.close();
			this.streams.remove(running.stream());
		}
	}

	private EventStream build(Publisher<?> publisher, TopicStream topic, Runnable onIdle) {
		EventStreamBuilder builder = this.builders.apply(publisher);
		Supervisor shared = (this.supervisor != null) ? this.supervisor : builder.supervisor();
		this.supervisor = shared;
		EventStream stream = builder.origin(topic.origin()).shared(topic.log(), shared).onIdle(onIdle).build();
		this.streams.add(stream);
		return stream;
	}

}
