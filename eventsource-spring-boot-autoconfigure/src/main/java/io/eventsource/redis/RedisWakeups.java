package io.eventsource.redis;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

/**
 * The connection on which Redis says that a stream has news. To each stream belongs the
 * channel of Redis that has the name of its key. Messages may be lost: they save time,
 * and nothing depends on them. To be used by one thread.
 */
final class RedisWakeups implements AutoCloseable {

	/** The number of channels that one command names. */
	private static final int BATCH = 500;

	private final StatefulRedisPubSubConnection<byte[], byte[]> connection;

	private final Set<String> subscribed = new HashSet<>();

	/**
	 * Takes over a connection.
	 * @param onNews called with the key of each stream that has news; must not block
	 * @param onLoss called when the connection is lost; must not block
	 */
	RedisWakeups(StatefulRedisPubSubConnection<byte[], byte[]> connection, Consumer<String> onNews, Runnable onLoss) {
		this.connection = connection;
		connection.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(byte[] channel, byte[] message) {
				onNews.accept(new String(channel, StandardCharsets.UTF_8));
			}

		});
		connection.addListener(new RedisConnectionStateListener() {

			@Override
			public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
				onLoss.run();
			}

		});
	}

	/**
	 * Subscribes to the channels of streams. News that come afterwards are told.
	 * @param keys the keys of the streams
	 */
	void add(Collection<String> keys) {
		List<String> added = keys.stream().filter(this.subscribed::add).toList();
		for (int from = 0; from < added.size(); from += BATCH) {
			this.connection.sync().subscribe(bytes(added.subList(from, Math.min(added.size(), from + BATCH))));
		}
	}

	/**
	 * Ends the subscription to the channels of streams.
	 */
	void remove(Collection<String> keys) {
		List<String> removed = keys.stream().filter(this.subscribed::remove).toList();
		for (int from = 0; from < removed.size(); from += BATCH) {
			this.connection.sync().unsubscribe(bytes(removed.subList(from, Math.min(removed.size(), from + BATCH))));
		}
	}

	/**
	 * Makes sure that the connection still carries messages, by a command that changes
	 * nothing and that every user of the channels may send.
	 * @throws RedisException if it does not
	 */
	void check() {
		if (!this.connection.isOpen()) {
			throw new RedisException("The connection to Redis was lost");
		}
		Iterator<String> any = this.subscribed.iterator();
		if (any.hasNext()) {
			this.connection.sync().subscribe(bytes(List.of(any.next())));
		}
	}

	/**
	 * Returns whether the connection was not lost, as far as is known.
	 */
	boolean isOpen() {
		return this.connection.isOpen();
	}

	private static byte[][] bytes(List<String> keys) {
		return keys.stream().map((key) -> key.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
	}

	@Override
	public void close() {
		this.connection.close();
	}

}
