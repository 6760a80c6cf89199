package io.eventsource.autoconfigure;

import io.eventsource.EventChannels;
import io.eventsource.autoconfigure.EventSourceProperties.ChannelStore;
import org.reactivestreams.Publisher;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration of channels that are created by name. It also applies to
 * applications that serve no streams, but publish into those of others.
 */
@AutoConfiguration(afterName = { "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
		"org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration" })
@ConditionalOnClass(Publisher.class)
@EnableConfigurationProperties(EventSourceProperties.class)
@Import({ JsonDataConfiguration.class, RedisChannelsConfiguration.class })
public final class EventSourceChannelsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	EventChannels eventChannels(EventSourceProperties properties) {
		if (properties.channels().store() == ChannelStore.REDIS) {
			throw new InvalidEventSourceConfigurationException(
					"eventsource.channels.store is 'redis', but Spring Data Redis with Lettuce is not on the class path.",
					"Add the dependency org.springframework.boot:spring-boot-starter-data-redis, or remove "
							+ "eventsource.channels.store to keep channels in memory.");
		}
		return new MemoryEventChannels();
	}

}
