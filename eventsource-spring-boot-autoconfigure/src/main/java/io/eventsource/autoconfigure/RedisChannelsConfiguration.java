package io.eventsource.autoconfigure;

import io.eventsource.DataWriter;
import io.eventsource.EventChannels;
import io.eventsource.autoconfigure.EventSourceProperties.RedisProperties;
import io.eventsource.redis.RedisChannelSettings;
import io.eventsource.redis.RedisEventChannels;
import io.lettuce.core.RedisClient;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Channels that instances share, on the Redis for which the application is configured.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ LettuceConnectionFactory.class, RedisClient.class, DataRedisConnectionDetails.class })
@ConditionalOnProperty(name = "eventsource.channels.store", havingValue = "redis")
class RedisChannelsConfiguration {

	@Bean
	@ConditionalOnMissingBean(EventChannels.class)
	RedisEventChannels redisEventChannels(EventSourceProperties properties,
			ObjectProvider<RedisConnectionFactory> connections, ObjectProvider<DataRedisConnectionDetails> details,
			ObjectProvider<DataWriter> dataWriter) {
		refuseReplicas(details.getIfAvailable());
		LettuceConnectionFactory lettuce = lettuce(connections.getIfUnique());
		RedisProperties redis = properties.channels().redis();
		return new RedisEventChannels(lettuce, settings(redis), dataWriter.getIfAvailable(UnsupportedDataWriter::new));
	}

	private static LettuceConnectionFactory lettuce(@Nullable RedisConnectionFactory connections) {
		if (connections instanceof LettuceConnectionFactory lettuce) {
			return lettuce;
		}
		throw new InvalidEventSourceConfigurationException(
				"eventsource.channels.store is 'redis', but there is "
						+ ((connections != null) ? "a " + connections.getClass().getName()
								: "no single or primary bean of type RedisConnectionFactory")
						+ ", and channels need a LettuceConnectionFactory.",
				"Configure the connection under spring.data.redis, with Lettuce as the client, make one "
						+ "LettuceConnectionFactory @Primary, or remove eventsource.channels.store to keep channels "
						+ "in memory.");
	}

	private static void refuseReplicas(@Nullable DataRedisConnectionDetails details) {
		if (details != null && details.getMasterReplica() != null) {
			throw new InvalidEventSourceConfigurationException(
					"eventsource.channels.store is 'redis', but spring.data.redis.masterreplica lists nodes among which "
							+ "channels cannot find the primary.",
					"Configure spring.data.redis.host with the primary, or spring.data.redis.sentinel.");
		}
	}

	private static RedisChannelSettings settings(RedisProperties properties) {
		try {
			return new RedisChannelSettings(properties.keyPrefix(), properties.maxLength(), properties.retention(),
					properties.topicRetention(), properties.timeout());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidEventSourceConfigurationException("eventsource.channels.redis." + ex.getMessage() + ".",
					"Change the value in the application's configuration.");
		}
	}

}
