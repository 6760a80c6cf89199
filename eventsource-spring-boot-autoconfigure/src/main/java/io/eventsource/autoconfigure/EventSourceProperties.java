package io.eventsource.autoconfigure;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the event streams.
 *
 * @param enabled Whether to serve publishers of events as event streams.
 * @param path Base path. Each stream is served below it, at the name of its bean; the
 * only or primary one at the path itself too.
 * @param retry Reconnection time sent to clients, in whole milliseconds.
 * @param heartbeat Idle time after which a client is sent a comment to keep its
 * connection alive; 0 for none.
 * @param bufferSize Number of events kept for each stream: the replay window, and how far
 * a client may lag.
 * @param bufferMemory Size of the events kept for each stream, at most.
 * @param maxEventSize Size that one event may have on the wire. Larger events are
 * refused.
 * @param writeTimeout Time during which a client may take nothing of what waits for it
 * before it is disconnected.
 * @param dispatcher Settings of the threads that serve the clients.
 * @param streams Settings of single streams, by the name of the publisher's bean.
 */
@ConfigurationProperties("eventsource")
record EventSourceProperties(@DefaultValue("true") boolean enabled, @DefaultValue("/events") String path,
		@DefaultValue("3s") Duration retry, @DefaultValue("15s") Duration heartbeat,
		@DefaultValue("1024") int bufferSize, @DefaultValue("16MB") DataSize bufferMemory,
		@DefaultValue("1MB") DataSize maxEventSize, @DefaultValue("30s") Duration writeTimeout,
		@DefaultValue DispatcherProperties dispatcher, @DefaultValue Map<String, StreamProperties> streams) {

	/**
	 * Settings of the threads that serve the clients.
	 *
	 * @param threads Number of threads that write to the clients. By default half the
	 * number of processors, but at least one.
	 */
	record DispatcherProperties(@Nullable Integer threads) {

	}

	/**
	 * Settings of one stream. What is not set is as for all streams.
	 *
	 * @param path Path of the stream. By default, the name of its bean below the base
	 * path.
	 * @param retry Reconnection time sent to clients of this stream, in whole
	 * milliseconds.
	 * @param heartbeat Idle time after which a client of this stream is sent a comment; 0
	 * for none.
	 * @param bufferSize Number of events kept for this stream.
	 * @param bufferMemory Size of the events kept for this stream, at most.
	 * @param maxEventSize Size that one event of this stream may have on the wire.
	 * @param writeTimeout Time during which a client of this stream may take nothing of
	 * what waits for it before it is disconnected.
	 */
	record StreamProperties(@Nullable String path, @Nullable Duration retry, @Nullable Duration heartbeat,
			@Nullable Integer bufferSize, @Nullable DataSize bufferMemory, @Nullable DataSize maxEventSize,
			@Nullable Duration writeTimeout) {

		static final StreamProperties NONE = new StreamProperties(null, null, null, null, null, null, null);

	}

}
