package io.eventsource.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.eventsource.OverflowStrategy;
import io.eventsource.console.ConsoleAccess;
import io.eventsource.console.ConsoleAction;
import io.eventsource.web.Rejection;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the event streams.
 *
 * @param enabled Whether to serve publishers of events as event streams.
 * @param path Base path. Each stream is served below it, at the name of its bean; the
 * only or primary one is also served at the path itself. Empty to serve only streams with
 * a path of their own.
 * @param retry Reconnection time sent to clients, in whole milliseconds.
 * @param heartbeat Idle time after which a client is sent a comment, or the heartbeat
 * event, to keep its connection alive; 0 for none.
 * @param heartbeatEvent Type of the event, with empty data and no id, that is sent as a
 * heartbeat so that pages can see it. By default, it is a comment, which they cannot see.
 * @param bufferSize Number of events kept in the log of each stream: the replay window,
 * and how far a client may lag behind.
 * @param bufferMemory Maximum size of the events that each stream holds: in its log,
 * waiting for room in it, on their way to clients, and kept for filters.
 * @param maxEventSize Maximum size of one event on the wire. Larger events are rejected.
 * @param overflow How a client is handled that lags further behind than the log reaches.
 * @param subscription Whether a publisher is subscribed to once for all clients, or once
 * for each.
 * @param linger Time without clients after which the subscription to a shared publisher
 * is cancelled until the next client connects. By default, it is kept.
 * @param initialReplay Number of the latest events that a client without a last event id
 * gets first, or 'all' that are in the log.
 * @param gapEvent Type of the event that tells a client that it has missed events; empty
 * for none.
 * @param writeTimeout Time during which a client may take nothing of the data that waits
 * for it before it is disconnected.
 * @param maxLifetime Longest life of a connection. Each connection lasts for 80 to 100
 * percent of it, and the client comes back and resumes; 0 for no limit.
 * @param flushInterval Time after a write during which further events may be held back
 * and sent together; 0 to send each event at once.
 * @param responseDelay Time for which the response to a request other than GET may wait
 * for the first signal of its client's own publisher, so that an earlier failure is
 * answered like any exception; 0 for no wait.
 * @param maxConnections Maximum number of connections to all streams; 0 for any number.
 * @param maxConnectionsPerClient Maximum number of connections of one user, or of one
 * address where there is no user; 0 for any number.
 * @param reject How to refuse a client that may come back later.
 * @param shutdown Settings of the shutdown.
 * @param history Settings of the event history.
 * @param restart Settings of the restart of publishers that have failed.
 * @param metrics Settings of the metrics.
 * @param dispatcher Settings of the threads that serve the clients.
 * @param typesParameter Request parameter by which a client asks for certain types of
 * event only, separated by commas; empty for none.
 * @param endWithSession Whether the connections of a user end when the session in which
 * they were opened ends or changes its id, as it does upon login.
 * @param cors Other origins that may open streams in a browser.
 * @param channels Settings of the channels that are created by name.
 * @param console Settings of the console, a page that shows the streams.
 * @param streams Settings of single streams, by the name of the publisher's bean.
 */
@ConfigurationProperties("eventsource")
record EventSourceProperties(@DefaultValue("true") boolean enabled, @DefaultValue("/events") String path,
		@DefaultValue("3s") Duration retry, @DefaultValue("15s") Duration heartbeat, @Nullable String heartbeatEvent,
		@DefaultValue("1024") int bufferSize, @DefaultValue("16MB") DataSize bufferMemory,
		@DefaultValue("1MB") DataSize maxEventSize, @DefaultValue("disconnect") OverflowStrategy overflow,
		@DefaultValue("shared") SubscriptionMode subscription, @Nullable Duration linger,
		@DefaultValue("0") String initialReplay, @DefaultValue("gap") String gapEvent,
		@DefaultValue("30s") Duration writeTimeout, @DefaultValue("0") Duration maxLifetime,
		@DefaultValue("0") Duration flushInterval, @DefaultValue("2s") Duration responseDelay,
		@DefaultValue("8000") int maxConnections, @DefaultValue("0") int maxConnectionsPerClient,
		@DefaultValue("soft") Rejection reject, @DefaultValue ShutdownProperties shutdown,
		@DefaultValue HistoryProperties history, @DefaultValue RestartProperties restart,
		@DefaultValue MetricsProperties metrics, @DefaultValue DispatcherProperties dispatcher,
		@DefaultValue("types") String typesParameter, @DefaultValue("true") boolean endWithSession,
		@Nullable CorsProperties cors, @DefaultValue ChannelsProperties channels,
		@DefaultValue ConsoleProperties console, @DefaultValue Map<String, StreamProperties> streams) {

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
	 * @param drain Period over which clients are disconnected when the server stops.
	 */
	record ShutdownProperties(@DefaultValue("2s") Duration drain) {

	}

	/**
	 * Settings of the event history.
	 *
	 * @param maxEvents Maximum number of events that a client is given from the history.
	 */
	record HistoryProperties(@DefaultValue("10000") int maxEvents) {

	}

	/**
	 * Settings of the restart of publishers that have failed.
	 *
	 * @param minDelay Pause after the first failure. It is doubled with each further
	 * failure, and shortened by up to half at random.
	 * @param maxDelay Longest pause before a publisher that has failed is subscribed to
	 * again.
	 */
	record RestartProperties(@DefaultValue("1s") Duration minDelay, @DefaultValue("30s") Duration maxDelay) {

	}

	/**
	 * Settings of the metrics.
	 *
	 * @param httpServerRequests Whether requests for streams, which last for as long as
	 * clients stay, are observed like other requests.
	 */
	record MetricsProperties(@DefaultValue("true") boolean httpServerRequests) {

	}

	/**
	 * Settings of the threads that serve the clients.
	 *
	 * @param threads Number of threads that write to the clients. By default, half the
	 * number of processors, but at least one.
	 * @param stallTimeout How long a thread that writes to clients may be stuck in one
	 * call to a filter, a listener or a connection before another thread takes its place;
	 * 0 for no limit.
	 */
	record DispatcherProperties(@Nullable Integer threads, @DefaultValue("3s") Duration stallTimeout) {

	}

	/**
	 * Settings of the channels that are created by name.
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
	 * Settings of channels on Redis Streams. The connection to Redis is configured under
	 * spring.data.redis.
	 *
	 * @param keyPrefix Prefix of the key of each channel's stream; the name of the
	 * channel follows.
	 * @param maxLength Minimum number of events that Redis keeps for each channel;
	 * clients can resume after any of them. Redis trims whole blocks, so that it keeps a
	 * few more.
	 * @param retention Time for which Redis keeps the events of a channel that nobody
	 * publishes to and no instance serves.
	 * @param topicRetention Time for which Redis keeps a topic that nobody publishes to
	 * and that has no clients.
	 * @param timeout Time that a command, or opening a connection, may take. A publisher
	 * waits for at most three times as long.
	 */
	record RedisProperties(@DefaultValue("eventsource:") String keyPrefix, @DefaultValue("10000") long maxLength,
			@DefaultValue("7d") Duration retention, @DefaultValue("10m") Duration topicRetention,
			@DefaultValue("5s") Duration timeout) {

	}

	/**
	 * Settings of the console, a page that shows the streams.
	 *
	 * @param enabled Whether there is a console. Spring Boot's developer tools enable it.
	 * @param path Path of the console.
	 * @param access Who may use the console, among those whom the application lets
	 * through: users who have signed in ('authenticated'), also requests from the machine
	 * itself ('local'), or everybody ('any').
	 * @param roles Roles of which users of the console need one; empty for all users that
	 * have signed in.
	 * @param actions What the console may do: 'disconnect', 'stop', 'publish'. By
	 * default, it only shows.
	 */
	record ConsoleProperties(@DefaultValue("false") boolean enabled, @DefaultValue("/eventsource-console") String path,
			@DefaultValue("authenticated") ConsoleAccess access, @DefaultValue List<String> roles,
			@DefaultValue List<ConsoleAction> actions) {

	}

	/**
	 * Other origins that may open streams in a browser.
	 *
	 * @param allowedOrigins Origins that may open streams, such as 'https://example.com';
	 * '*' for all, empty for none.
	 * @param allowedOriginPatterns Patterns of origins that may open streams, such as
	 * 'https://*.example.com'; unlike '*' they may be combined with credentials.
	 * @param allowCredentials Whether browsers may send cookies and other credentials. By
	 * default, they may not.
	 * @param allowedHeaders Request headers that clients may send in addition to
	 * Last-Event-ID and Cache-Control.
	 * @param maxAge How long a browser may remember that a request is allowed.
	 */
	record CorsProperties(@Nullable List<String> allowedOrigins, @DefaultValue List<String> allowedOriginPatterns,
			@Nullable Boolean allowCredentials, @DefaultValue("Authorization") List<String> allowedHeaders,
			@DefaultValue("30m") Duration maxAge) {

	}

}
