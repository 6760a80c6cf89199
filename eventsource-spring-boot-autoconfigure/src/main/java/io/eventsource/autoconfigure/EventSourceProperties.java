package io.eventsource.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.eventsource.OverflowStrategy;
import io.eventsource.web.ConnectionLimits.Rejection;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the event streams.
 *
 * @param enabled Whether to serve publishers of events as event streams.
 * @param path Base path. Each stream is served below it, at the name of its bean; the
 * only or primary one at the path itself too. Empty to serve only streams with a path of
 * their own.
 * @param retry Reconnection time sent to clients, in whole milliseconds.
 * @param heartbeat Idle time after which a client is sent a comment to keep its
 * connection alive; 0 for none.
 * @param bufferSize Number of events kept for each stream: the replay window, and how far
 * a client may lag.
 * @param bufferMemory Size of the events that each stream holds, at most: in its log,
 * waiting for room in it, on its way to clients, and kept for filters.
 * @param maxEventSize Size that one event may have on the wire. Larger events are
 * refused.
 * @param overflow What becomes of a client that lags further than the events kept.
 * @param subscription Whether a publisher is subscribed to once for all clients, or once
 * for each.
 * @param linger Time without clients after which a shared publisher is let go until the
 * next client comes. By default, it is kept.
 * @param initialReplay Number of the latest events that a client without a last event id
 * gets first.
 * @param gapEvent Type of the event that tells a client that it misses events; empty for
 * none.
 * @param writeTimeout Time during which a client may take nothing of what waits for it
 * before it is disconnected.
 * @param maxLifetime Longest life of a connection, of which each one lasts for 80 to 100
 * percent; 0 for none. The client comes back and resumes.
 * @param flushInterval Time after events were sent during which further ones may be held
 * back, to be sent together; 0 to send each at once.
 * @param responseDelay Time for which the response to a request other than GET may wait
 * for the first sign of its client's own publisher, so that a failure before is answered
 * like any exception; 0 for not at all.
 * @param maxConnections Number of connections to all streams, at most; 0 for any number.
 * @param maxConnectionsPerClient Number of connections of one user, or of one address
 * where there is no user, at most; 0 for any number.
 * @param reject How a client is refused that may come back later.
 * @param shutdown Settings of the shutdown.
 * @param history Settings of the event history.
 * @param restart Settings of the restart of publishers that have failed.
 * @param metrics Settings of the metrics.
 * @param dispatcher Settings of the threads that serve the clients.
 * @param typesParameter Request parameter by which a client asks for some types of event
 * only, separated by commas; empty for none.
 * @param endWithSession Whether the connections of a user end when the session does in
 * which they were opened, or when its id changes, as upon login.
 * @param cors Which other origins may open streams in a browser.
 * @param channels Settings of the channels that are made by name.
 * @param streams Settings of single streams, by the name of the publisher's bean.
 */
@ConfigurationProperties("eventsource")
record EventSourceProperties(@DefaultValue("true") boolean enabled, @DefaultValue("/events") String path,
		@DefaultValue("3s") Duration retry, @DefaultValue("15s") Duration heartbeat,
		@DefaultValue("1024") int bufferSize, @DefaultValue("16MB") DataSize bufferMemory,
		@DefaultValue("1MB") DataSize maxEventSize, @DefaultValue("disconnect") OverflowStrategy overflow,
		@DefaultValue("shared") SubscriptionMode subscription, @Nullable Duration linger,
		@DefaultValue("0") int initialReplay, @DefaultValue("gap") String gapEvent,
		@DefaultValue("30s") Duration writeTimeout, @DefaultValue("0") Duration maxLifetime,
		@DefaultValue("0") Duration flushInterval, @DefaultValue("2s") Duration responseDelay,
		@DefaultValue("8000") int maxConnections, @DefaultValue("0") int maxConnectionsPerClient,
		@DefaultValue("soft") Rejection reject, @DefaultValue ShutdownProperties shutdown,
		@DefaultValue HistoryProperties history, @DefaultValue RestartProperties restart,
		@DefaultValue MetricsProperties metrics, @DefaultValue DispatcherProperties dispatcher,
		@DefaultValue("types") String typesParameter, @DefaultValue("true") boolean endWithSession,
		@Nullable CorsProperties cors, @DefaultValue ChannelsProperties channels,
		@DefaultValue Map<String, StreamProperties> streams) {

	/**
	 * How often a publisher is subscribed to.
	 */
	enum SubscriptionMode {

		/** Once for all clients. */
		SHARED,

		/** Once for each client. */
		PER_CLIENT

	}

	/**
	 * Settings of the shutdown.
	 *
	 * @param drain Time over which clients are sent away.
	 */
	record ShutdownProperties(@DefaultValue("2s") Duration drain) {

	}

	/**
	 * Settings of the event history.
	 *
	 * @param maxEvents Number of events that a client is given from the history, at most.
	 */
	record HistoryProperties(@DefaultValue("10000") int maxEvents) {

	}

	/**
	 * Settings of the restart of publishers that have failed.
	 *
	 * @param minDelay Pause after the first failure. Doubled with each further one, and
	 * cut by up to half at random.
	 * @param maxDelay Longest pause.
	 */
	record RestartProperties(@DefaultValue("1s") Duration minDelay, @DefaultValue("30s") Duration maxDelay) {

	}

	/**
	 * Settings of the metrics.
	 *
	 * @param httpServerRequests Whether requests for streams, which last for as long as
	 * clients stay, are observed as other requests are.
	 */
	record MetricsProperties(@DefaultValue("true") boolean httpServerRequests) {

	}

	/**
	 * Settings of the threads that serve the clients.
	 *
	 * @param threads Number of threads that write to the clients. By default half the
	 * number of processors, but at least one.
	 * @param stallTimeout How long such a thread may stand still in one call of a filter,
	 * a listener or a connection before another one takes its place; 0 for ever.
	 */
	record DispatcherProperties(@Nullable Integer threads, @DefaultValue("3s") Duration stallTimeout) {

	}

	/**
	 * Settings of the channels that are made by name.
	 *
	 * @param store Where the events of channels are kept.
	 * @param redis Settings of channels on Redis Streams.
	 */
	record ChannelsProperties(@DefaultValue("memory") ChannelStore store, @DefaultValue RedisProperties redis) {

	}

	/**
	 * Where the events of channels are kept.
	 */
	enum ChannelStore {

		/** In the memory of this instance. */
		MEMORY,

		/** In Redis Streams, which all instances of the application share. */
		REDIS

	}

	/**
	 * Settings of channels on Redis Streams. Where Redis is and how to connect to it is
	 * configured under spring.data.redis.
	 *
	 * @param keyPrefix What the key of each channel's stream begins with; the name of the
	 * channel follows.
	 * @param maxLength Number of events that Redis keeps for each channel, at least;
	 * clients resume behind any of them. Redis trims whole blocks, so that it keeps a few
	 * more.
	 * @param timeout Time that a command, or making a connection, may take. A publisher
	 * waits for three times as long at most.
	 */
	record RedisProperties(@DefaultValue("eventsource:") String keyPrefix, @DefaultValue("10000") long maxLength,
			@DefaultValue("5s") Duration timeout) {

	}

	/**
	 * Settings of one stream. What is not set is as for all streams.
	 *
	 * @param path Path of the stream; empty if only controllers open it. By default, the
	 * name of its bean below the base path.
	 * @param retry Reconnection time sent to clients of this stream, in whole
	 * milliseconds.
	 * @param heartbeat Idle time after which a client of this stream is sent a comment; 0
	 * for none.
	 * @param bufferSize Number of events kept for this stream.
	 * @param bufferMemory Size of the events kept for this stream, at most.
	 * @param maxEventSize Size that one event of this stream may have on the wire.
	 * @param overflow What becomes of a client of this stream that lags further than the
	 * events kept.
	 * @param subscription Whether the publisher of this stream is subscribed to once for
	 * all clients, or once for each.
	 * @param linger Time without clients after which the publisher of this stream is let
	 * go until the next client comes.
	 * @param initialReplay Number of the latest events that a client of this stream
	 * without a last event id gets first.
	 * @param gapEvent Type of the event that tells a client of this stream that it misses
	 * events; empty for none.
	 * @param writeTimeout Time during which a client of this stream may take nothing of
	 * what waits for it before it is disconnected.
	 * @param maxLifetime Longest life of a connection to this stream; 0 for none.
	 * @param flushInterval Time after events of this stream were sent during which
	 * further ones may be held back, to be sent together; 0 to send each at once.
	 * @param responseDelay Time for which the response to a request other than GET may
	 * wait for the first sign of a publisher of this stream that its client has for
	 * itself; 0 for not at all.
	 * @param history Settings of the event history of this stream.
	 * @param restart Settings of the restart of this stream's publisher after a failure.
	 * @param typesParameter Request parameter by which a client of this stream asks for
	 * some types of event only; empty for none.
	 * @param cors Which other origins may open this stream in a browser, instead of what
	 * is set for all streams.
	 */
	record StreamProperties(@Nullable String path, @Nullable Duration retry, @Nullable Duration heartbeat,
			@Nullable Integer bufferSize, @Nullable DataSize bufferMemory, @Nullable DataSize maxEventSize,
			@Nullable OverflowStrategy overflow, @Nullable SubscriptionMode subscription, @Nullable Duration linger,
			@Nullable Integer initialReplay, @Nullable String gapEvent, @Nullable Duration writeTimeout,
			@Nullable Duration maxLifetime, @Nullable Duration flushInterval, @Nullable Duration responseDelay,
			@DefaultValue StreamHistoryProperties history, @DefaultValue StreamRestartProperties restart,
			@Nullable String typesParameter, @Nullable CorsProperties cors) {

		static final StreamProperties NONE = new StreamProperties(null, null, null, null, null, null, null, null, null,
				null, null, null, null, null, null, new StreamHistoryProperties(null),
				new StreamRestartProperties(null, null), null, null);

	}

	/**
	 * Settings of the event history of one stream.
	 *
	 * @param maxEvents Number of events that a client of this stream is given from the
	 * history, at most.
	 */
	record StreamHistoryProperties(@Nullable Integer maxEvents) {

	}

	/**
	 * Settings of the restart of one stream's publisher after a failure.
	 *
	 * @param minDelay Pause after the first failure of this stream's publisher.
	 * @param maxDelay Longest pause.
	 */
	record StreamRestartProperties(@Nullable Duration minDelay, @Nullable Duration maxDelay) {

	}

	/**
	 * Which other origins may open streams in a browser.
	 *
	 * @param allowedOrigins Origins that may open streams, such as 'https://example.com';
	 * '*' for all, empty for none.
	 * @param allowedOriginPatterns Patterns of origins that may open streams, such as
	 * 'https://*.example.com'; unlike '*' they may be combined with credentials.
	 * @param allowCredentials Whether browsers may send cookies and other credentials. By
	 * default, they may not.
	 * @param allowedHeaders Request headers that clients may send beside Last-Event-ID
	 * and Cache-Control.
	 * @param maxAge How long a browser may remember that it is allowed.
	 */
	record CorsProperties(@Nullable List<String> allowedOrigins, @DefaultValue List<String> allowedOriginPatterns,
			@Nullable Boolean allowCredentials, @DefaultValue("Authorization") List<String> allowedHeaders,
			@DefaultValue("30m") Duration maxAge) {

	}

}
