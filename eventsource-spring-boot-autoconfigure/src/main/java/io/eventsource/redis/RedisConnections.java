package io.eventsource.redis;

import java.time.Duration;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Opens connections to the Redis server of the application, with a client of its own.
 */
final class RedisConnections implements AutoCloseable {

	private final LettuceConnectionFactory source;

	private final Duration timeout;

	private @Nullable LettuceConnectionFactory own;

	RedisConnections(LettuceConnectionFactory source, Duration timeout) {
		this.source = source;
		this.timeout = timeout;
	}

	/**
	 * Opens a connection. Blocks for at most the timeout.
	 * @throws io.lettuce.core.RedisException if that fails
	 */
	Connection open() {
		AbstractRedisClient client = client();
		if (client instanceof RedisClusterClient cluster) {
			StatefulRedisClusterConnection<byte[], byte[]> connection = cluster.connect(ByteArrayCodec.INSTANCE);
			return new Connection(connection, connection.sync());
		}
		StatefulRedisConnection<byte[], byte[]> connection = ((RedisClient) client).connect(ByteArrayCodec.INSTANCE);
		return new Connection(connection, connection.sync());
	}

	/**
	 * Opens a connection for messages. Blocks for at most the timeout.
	 * @throws io.lettuce.core.RedisException if that fails
	 */
	StatefulRedisPubSubConnection<byte[], byte[]> openForMessages() {
		AbstractRedisClient client = client();
		return (client instanceof RedisClusterClient cluster) ? cluster.connectPubSub(ByteArrayCodec.INSTANCE)
				: ((RedisClient) client).connectPubSub(ByteArrayCodec.INSTANCE);
	}

	/**
	 * Returns whether the keys are spread over the nodes of a cluster, where one command
	 * can name keys of one slot only.
	 */
	boolean isCluster() {
		return this.source.isClusterAware();
	}

	private synchronized AbstractRedisClient client() {
		if (this.own == null) {
			LettuceConnectionFactory factory = new LettuceConnectionFactory(configuration(),
					new ChannelClientConfiguration(this.source.getClientConfiguration(), isCluster(), this.timeout));
			factory.afterPropertiesSet();
			factory.start();
			this.own = factory;
		}
		return this.own.getRequiredNativeClient();
	}

	private RedisConfiguration configuration() {
		if (this.source.getSentinelConfiguration() != null) {
			return this.source.getSentinelConfiguration();
		}
		if (this.source.getClusterConfiguration() != null) {
			return this.source.getClusterConfiguration();
		}
		return (this.source.getSocketConfiguration() != null) ? this.source.getSocketConfiguration()
				: this.source.getStandaloneConfiguration();
	}

	@Override
	public synchronized void close() {
		if (this.own != null) {
			this.own.destroy();
			this.own = null;
		}
	}

	/**
	 * A connection, which is not restored once it is lost.
	 *
	 * @param connection the connection
	 * @param commands its commands, which wait for the reply
	 */
	record Connection(StatefulConnection<byte[], byte[]> connection,
			RedisClusterCommands<byte[], byte[]> commands) implements AutoCloseable {

		boolean isOpen() {
			return this.connection.isOpen();
		}

		@Override
		public void close() {
			this.connection.close();
		}

	}

}
