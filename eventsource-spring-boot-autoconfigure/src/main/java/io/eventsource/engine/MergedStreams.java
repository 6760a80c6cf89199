package io.eventsource.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.eventsource.BufferSettings;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventSink;
import io.eventsource.OverflowStrategy;
import io.eventsource.ReplaySettings;
import io.eventsource.StreamSettings;
import io.eventsource.engine.log.LogFamily;
import io.eventsource.engine.log.LogId;
import io.eventsource.engine.log.LogOrigin;
import io.eventsource.engine.runtime.Dispatcher;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The streams of connections that watch several topics: one for each, with the events of
 * its topics, which exists as long as the connection. Thread-safe.
 */
final class MergedStreams {

	/** How many events and bytes are taken from the logs of the topics in advance. */
	private static final int AHEAD = 256;

	private static final long AHEAD_BYTES = 256 * 1024;

	private final LogFamily family;

	private final Function<Publisher<?>, EventStreamBuilder> builders;

	private final ActiveStreams streams;

	private final TopicCounts counts;

	private final Dispatcher dispatcher;

	private final Map<EventStream, EventClient> clients = new ConcurrentHashMap<>();

	/**
	 * Creates no stream yet.
	 * @param family what the logs of the topics share
	 * @param builders describes the stream of a publisher
	 * @param streams where the streams are found while they run
	 * @param counts what the streams count
	 */
	MergedStreams(LogFamily family, Function<Publisher<?>, EventStreamBuilder> builders, ActiveStreams streams,
			TopicCounts counts, Dispatcher dispatcher) {
		this.family = family;
		this.builders = builders;
		this.streams = streams;
		this.counts = counts;
		this.dispatcher = dispatcher;
	}

	/**
	 * Connects a client to several topics.
	 * @param topics the topics, and the client as it was let in to each
	 * @param lastEventId the place of the client, in the family's numbers
	 * @throws IllegalStateException if a topic was closed
	 */
	EventConnection connect(EventClient client, EventSink sink, Map<TopicStream, EventClient> topics,
			@Nullable String lastEventId) {
		TopicMerge merge = new TopicMerge(this.family, number(lastEventId),
				this.dispatcher.worker(this.dispatcher.nextWorker()), this.dispatcher.clock(), this.counts::skipped);
		EventStream[] made = new EventStream[1];
		EventStream stream = build(merge, topics, () -> close(made[0], merge));
		made[0] = stream;
		try {
			topics.forEach((topic, asked) -> merge.add(new MergedTopic(merge, topic, asked, lastEventId)));
			this.streams.add(stream);
			this.counts.merged(stream);
			this.clients.put(stream, client);
			return stream.connect(client, sink);
		}
		catch (RuntimeException | Error ex) {
			close(stream, merge);
			throw ex;
		}
	}

	private long number(@Nullable String lastEventId) {
		LogId id = (lastEventId != null) ? LogId.parse(lastEventId) : null;
		return (id != null && this.family.isOf(id)) ? id.next() - 1 : 0;
	}

	private EventStream build(TopicMerge merge, Map<TopicStream, EventClient> topics, Runnable onIdle) {
		EventStreamBuilder builder = this.builders.apply(merge);
		Map<String, EventClient> byTopic = new LinkedHashMap<>();
		topics.forEach((topic, client) -> byTopic.put(topic.topic(), client));
		return builder.settings(settings(builder.settings))
			.history(null)
			.origin(LogOrigin.merged(this.family))
			.byTopic(byTopic)
			.resumed()
			.onIdle(onIdle)
			.build();
	}

	/** What the client has no room for stays in the logs of its topics. */
	private static StreamSettings settings(StreamSettings settings) {
		BufferSettings buffer = settings.buffer();
		ReplaySettings replay = settings.replay();
		return new StreamSettings(
				new BufferSettings(Math.min(AHEAD, buffer.size()),
						Math.min(buffer.memory(), Math.max(AHEAD_BYTES, buffer.maxEventSize())), buffer.maxEventSize(),
						OverflowStrategy.BACKPRESSURE),
				new ReplaySettings(0, replay.historyMaxEvents(), replay.gapEvent()), settings.connection(),
				settings.publisher());
	}

	private void close(EventStream stream, TopicMerge merge) {
		merge.close();
		if (this.streams.remove(stream)) {
			stream.close();
			this.counts.unmerged(stream);
			this.clients.remove(stream);
		}
	}

	/**
	 * The streams that have events of a topic.
	 */
	List<EventStream> of(String topic) {
		return this.clients.entrySet()
			.stream()
			.filter((each) -> each.getValue().topics().contains(topic))
			.map(Map.Entry::getKey)
			.toList();
	}

}
