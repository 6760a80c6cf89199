package io.eventsource.autoconfigure;

import java.time.Duration;

import io.eventsource.DataWriter;
import io.eventsource.EventChannel;
import io.eventsource.EventChannels;
import io.eventsource.EventPublicationException;
import io.eventsource.Patience;
import io.eventsource.redis.RedisEventChannels;
import io.eventsource.web.EventSourceEndpoint;
import io.eventsource.web.StreamDefinition;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.Mockito.mock;

/**
 * Which channels the auto-configuration makes, as a specification. None of these needs a
 * Redis.
 */
class EventChannelsAutoConfigurationTests {

	private final AutoConfigurations configurations = AutoConfigurations.of(JacksonAutoConfiguration.class,
			WebMvcAutoConfiguration.class, DataRedisAutoConfiguration.class, EventSourceAutoConfiguration.class,
			EventSourceChannelsAutoConfiguration.class);

	private final WebApplicationContextRunner web = new WebApplicationContextRunner()
		.withConfiguration(this.configurations);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(this.configurations);

	@Test
	void channelsAreKeptInMemoryUnlessConfiguredOtherwise() {
		this.web.withUserConfiguration(Orders.class).run((context) -> {
			assertThat(context.getBean(EventChannels.class)).isInstanceOf(MemoryEventChannels.class);
			assertThat(context.getBean(EventSourceEndpoint.class).definitions()).extracting(StreamDefinition::name)
				.containsExactly("orders");
			context.getBean(EventChannel.class).publish("message", "a");
			assertThat(context.getBean(EventSourceEndpoint.class).streams().get(0).published()).isOne();
		});
	}

	@Test
	void nameMeansTheSameChannelEachTime() {
		this.runner.run(this::checkNames);
		this.runner.withPropertyValues("eventsource.channels.store=redis").run(this::checkNames);
	}

	private void checkNames(ApplicationContext context) {
		EventChannels channels = context.getBean(EventChannels.class);
		assertThat(channels.channel("a")).isSameAs(channels.channel("a")).isNotSameAs(channels.channel("b"));
		assertThatIllegalArgumentException().isThrownBy(() -> channels.channel(" "))
			.withMessage("The name of a channel must not be empty");
	}

	@Test
	void channelsAreOnRedisWhereConfigured() {
		this.web.withUserConfiguration(Orders.class)
			.withPropertyValues("eventsource.channels.store=redis", "spring.data.redis.port=1",
					"eventsource.channels.redis.timeout=1s")
			.run((context) -> {
				assertThat(context).hasSingleBean(EventChannels.class).hasSingleBean(RedisEventChannels.class);
				assertThatExceptionOfType(EventPublicationException.class)
					.isThrownBy(() -> context.getBean(EventChannel.class).publish("message", "a"));
			});
	}

	@Test
	void applicationWithoutAWebServerHasChannelsToPublishInto() {
		this.runner.withPropertyValues("eventsource.channels.store=redis").run((context) -> {
			assertThat(context).hasSingleBean(RedisEventChannels.class)
				.hasSingleBean(DataWriter.class)
				.doesNotHaveBean(EventSourceEndpoint.class);
			assertThat(context.getBean(RedisEventChannels.class).isRunning()).isTrue();
		});
	}

	@Test
	void applicationThatServesNoStreamsHasChannelsStill() {
		this.web.withUserConfiguration(Orders.class)
			.withPropertyValues("eventsource.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(EventChannel.class));
	}

	@Test
	void channelsOfTheApplicationReplaceBoth() {
		EventChannels own = (name) -> EventChannel.create();
		for (String store : new String[] { "memory", "redis" }) {
			this.runner.withBean(EventChannels.class, () -> own)
				.withPropertyValues("eventsource.channels.store=" + store)
				.run((context) -> assertThat(context.getBean(EventChannels.class)).isSameAs(own));
		}
	}

	@Test
	void withoutSpringDataRedisChannelsAreKeptInMemory() {
		this.web.withUserConfiguration(Orders.class)
			.withClassLoader(new FilteredClassLoader("org.springframework.data", "io.lettuce", "io.netty",
					"org.springframework.boot.data"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(MemoryEventChannels.class));
	}

	@Test
	void withoutSpringDataRedisTheStoreIsExplained() {
		ApplicationContextRunner redis = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(EventSourceChannelsAutoConfiguration.class))
			.withPropertyValues("eventsource.channels.store=redis");
		for (String missing : new String[] { "org.springframework.data.redis", "io.lettuce",
				"org.springframework.boot.data.redis" }) {
			failure(redis.withClassLoader(new FilteredClassLoader(missing)),
					"eventsource.channels.store is 'redis', but Spring Data Redis with Lettuce is not on the class path.",
					"spring-boot-starter-data-redis");
		}
		failure(redis, "no single or primary bean of type RedisConnectionFactory", "spring.data.redis");
	}

	@Test
	void otherClientThanLettuceIsExplained() {
		failure(this.runner.withPropertyValues("eventsource.channels.store=redis")
			.withBean(RedisConnectionFactory.class, () -> mock(RedisConnectionFactory.class)),
				"and channels need a LettuceConnectionFactory.", "spring.data.redis");
	}

	@Test
	void replicasAreExplained() {
		failure(this.runner.withPropertyValues("eventsource.channels.store=redis",
				"spring.data.redis.masterreplica.nodes=127.0.0.1:1,127.0.0.1:2"),
				"spring.data.redis.masterreplica lists nodes", "spring.data.redis.host");
	}

	@Test
	void channelsMayBeInSeveralSlotsOfACluster() {
		this.runner
			.withPropertyValues("eventsource.channels.store=redis", "spring.data.redis.cluster.nodes=127.0.0.1:1")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(RedisEventChannels.class));
	}

	@Test
	void settingsOutOfRangeAreExplained() {
		ApplicationContextRunner redis = this.runner.withPropertyValues("eventsource.channels.store=redis");
		failure(redis.withPropertyValues("eventsource.channels.redis.max-length=0"),
				"eventsource.channels.redis.max-length must be at least 1; got 0.", "configuration");
		failure(redis.withPropertyValues("eventsource.channels.redis.retention=5s"),
				"eventsource.channels.redis.retention must be between a minute and 100 years; got PT5S.",
				"configuration");
		failure(redis.withPropertyValues("eventsource.channels.redis.timeout=5ms"),
				"eventsource.channels.redis.timeout must be between 100 ms and an hour; got PT0.005S.",
				"configuration");
	}

	@Test
	void timeoutIsTheChannelsOwnAndTheRestIsWhatTheApplicationHasConfigured() {
		this.runner
			.withPropertyValues("eventsource.channels.store=redis", "spring.data.redis.port=1",
					"spring.data.redis.timeout=1h", "eventsource.channels.redis.timeout=300ms")
			.run((context) -> {
				long begun = System.nanoTime();
				assertThatExceptionOfType(EventPublicationException.class)
					.isThrownBy(() -> context.getBean(EventChannels.class).channel("a").publish("message", "a"));
				assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Patience.LIMIT);
			});
	}

	private static void failure(ApplicationContextRunner runner, String description, String action) {
		runner.withUserConfiguration(Orders.class).run((context) -> {
			assertThat(context).getFailure().hasStackTraceContaining(description);
			FailureAnalysis analysis = new InvalidEventSourceConfigurationFailureAnalyzer()
				.analyze(context.getStartupFailure());
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription()).contains(description);
			assertThat(analysis.getAction()).contains(action);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Orders {

		@Bean
		EventChannel orders(EventChannels channels) {
			return channels.channel("orders");
		}

	}

}
