package io.eventsource.autoconfigure;

import java.time.Duration;

import io.eventsource.OverflowStrategy;
import io.eventsource.UnknownTopics;
import io.eventsource.autoconfigure.EventSourceProperties.CorsProperties;
import io.eventsource.autoconfigure.EventSourceProperties.SubscriptionMode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of one stream. A setting that is absent has the value for all streams.
 *
 * @param path Path of the stream; empty if only controllers open it. By default, the name
 * of its bean below the base path.
 * @param retry Reconnection time sent to clients of this stream, in whole milliseconds.
 * @param heartbeat Idle time after which a client of this stream is sent a heartbeat; 0
 * for none.
 * @param heartbeatEvent Type of the event that is sent to clients of this stream as a
 * heartbeat; empty for a comment.
 * @param bufferSize Number of events kept in the log of this stream.
 * @param bufferMemory Maximum size of the events that this stream holds.
 * @param maxEventSize Maximum size of one event of this stream on the wire.
 * @param overflow How a client of this stream is handled that lags further behind than
 * the log reaches.
 * @param subscription Whether the publisher of this stream is subscribed to once for all
 * clients, or once for each.
 * @param linger Time without clients after which the subscription to the publisher of
 * this stream is cancelled until the next client connects.
 * @param initialReplay Number of the latest events that a client of this stream without a
 * last event id gets first, or 'all' that are in the log.
 * @param gapEvent Type of the event that tells a client of this stream that it has missed
 * events; empty for none.
 * @param writeTimeout Time during which a client of this stream may take nothing of the
 * data that waits for it before it is disconnected.
 * @param maxLifetime Longest life of a connection to this stream; 0 for no limit.
 * @param flushInterval Time after a write of this stream during which further events may
 * be held back and sent together; 0 to send each event at once.
 * @param responseDelay Time for which the response to a request for this stream other
 * than GET may wait for the first signal of its client's own publisher; 0 for no wait.
 * @param history Settings of the event history of this stream.
 * @param restart Settings of the restart of this stream's publisher after a failure.
 * @param typesParameter Request parameter by which a client of this stream asks for
 * certain types of event only; empty for none.
 * @param cors Other origins that may open this stream in a browser. They replace those
 * for all streams.
 * @param topic What names the topic of a client, where the bean is of the type
 * EventTopics. By default, the path of the request.
 * @param unknownTopics How a client is treated that asks for a topic of this stream which
 * there is not. By default, it is accepted, and waits.
 * @param maxTopics Maximum number of topics of this stream. By default, 10000.
 * @param topicsMemory Maximum size of the events of all topics of this stream. By
 * default, 64MB.
 * @param topicsPerConnection Maximum number of topics of this stream that one connection
 * may watch, named by parameters of the request. By default, 1.
 */
record StreamProperties(@Nullable String path, @Nullable Duration retry, @Nullable Duration heartbeat,
		@Nullable String heartbeatEvent, @Nullable Integer bufferSize, @Nullable DataSize bufferMemory,
		@Nullable DataSize maxEventSize, @Nullable OverflowStrategy overflow, @Nullable SubscriptionMode subscription,
		@Nullable Duration linger, @Nullable String initialReplay, @Nullable String gapEvent,
		@Nullable Duration writeTimeout, @Nullable Duration maxLifetime, @Nullable Duration flushInterval,
		@Nullable Duration responseDelay, @DefaultValue StreamHistoryProperties history,
		@DefaultValue StreamRestartProperties restart, @Nullable String typesParameter, @Nullable CorsProperties cors,
		@Nullable TopicMode topic, @Nullable UnknownTopics unknownTopics, @Nullable Integer maxTopics,
		@Nullable DataSize topicsMemory, @Nullable Integer topicsPerConnection) {

	static final StreamProperties NONE = new StreamProperties(null, null, null, null, null, null, null, null, null,
			null, null, null, null, null, null, null, new StreamHistoryProperties(null),
			new StreamRestartProperties(null, null), null, null, null, null, null, null, null);

	/**
	 * What names the topic of a client.
	 */
	enum TopicMode {

		/** The last segment of the path. */
		PATH,

		/** The name of the user, who must be authenticated. */
		PRINCIPAL

	}

	/**
	 * Settings of the event history of one stream.
	 *
	 * @param maxEvents Maximum number of events that a client of this stream is given
	 * from the history.
	 */
	record StreamHistoryProperties(@Nullable Integer maxEvents) {

	}

	/**
	 * Settings of the restart of one stream's publisher after a failure.
	 *
	 * @param minDelay Pause after the first failure of this stream's publisher.
	 * @param maxDelay Longest pause before this stream's publisher is subscribed to
	 * again.
	 */
	record StreamRestartProperties(@Nullable Duration minDelay, @Nullable Duration maxDelay) {

	}

}
