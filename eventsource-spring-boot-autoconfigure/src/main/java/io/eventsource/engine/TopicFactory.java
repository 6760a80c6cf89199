package io.eventsource.engine;

import java.util.function.Function;

import io.eventsource.EventChannel;
import io.eventsource.TopicSource;
import io.eventsource.engine.log.LogOrigin;
import org.reactivestreams.Publisher;

/**
 * Makes the streams of topics: over a publisher where the topics have them, and over a
 * channel otherwise.
 */
final class TopicFactory {

	private final TopicSource source;

	private final Function<Publisher<?>, EventStreamBuilder> builders;

	private final ActiveStreams streams;

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
	 * Makes the stream of a topic.
	 * @param origin what its log shares with others
	 * @param onIdle called when its last client has gone
	 * @throws IllegalStateException if all streams are being ended
	 */
	TopicStream create(String topic, LogOrigin origin, Runnable onIdle) {
		Function<String, ? extends Publisher<?>> publishers = this.source.source();
		if (publishers != null) {
			// Called where it may block
			Publisher<?> publisher = (subscriber) -> publishers.apply(topic).subscribe(subscriber);
			return new TopicStream(topic, build(publisher, origin, onIdle), null);
		}
		EventChannel channel = EventChannel.create();
		EventStream stream = build(channel, origin, onIdle);
		stream.start();
		return new TopicStream(topic, stream, channel);
	}

	/**
	 * Takes note that the stream of a topic has ended.
	 */
	void remove(TopicStream topic) {
		this.streams.remove(topic.stream());
	}

	private EventStream build(Publisher<?> publisher, LogOrigin origin, Runnable onIdle) {
		EventStream stream = this.builders.apply(publisher).origin(origin).onIdle(onIdle).build();
		this.streams.add(stream);
		return stream;
	}

}
