package io.eventsource.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.eventsource.StreamSettings;
import io.eventsource.autoconfigure.EventSourceProperties.CorsProperties;
import io.eventsource.autoconfigure.EventSourceProperties.SubscriptionMode;
import io.eventsource.engine.ConnectionLimits;
import io.eventsource.web.EndpointSettings;
import io.eventsource.web.PublisherDefinition;
import io.eventsource.web.StreamDefinition;
import io.eventsource.web.TopicRules;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;
import org.springframework.web.cors.CorsConfiguration;

/**
 * Derives the streams from the beans and the properties, and rejects invalid
 * configuration.
 */
class StreamDefinitions {

	private final EventSourceProperties properties;

	private final Environment environment;

	StreamDefinitions(EventSourceProperties properties, Environment environment) {
		this.properties = properties;
		this.environment = environment;
	}

	/**
	 * The settings that apply if a stream has none of its own.
	 */
	StreamSettings defaults() {
		return settings("eventsource", StreamProperties.NONE, true);
	}

	/**
	 * The streams of the given beans.
	 */
	List<StreamDefinition> of(Map<String, PublisherBean> beans, StreamRules rules, BeanFactory beanFactory) {
		rules.check(beans.keySet());
		StreamSettingsBinder binder = binder(beans.keySet());
		StreamPaths paths = new StreamPaths(this.properties.path(), new ReservedPaths(this.environment));
		List<StreamDefinition> streams = new ArrayList<>();
		beans.forEach((name, bean) -> {
			StreamProperties own = binder.bind(name);
			boolean first = bean.primary() || beans.size() == 1;
			TopicRules topics = bean.hasTopics() ? topics(name, own) : null;
			boolean perClient = topics == null
					&& or(own.subscription(), this.properties.subscription()) == SubscriptionMode.PER_CLIENT;
			streams.add(new StreamDefinition(name,
					(topics != null && !topics.byPrincipal())
							? paths.ofTopics(name, own.path(), topics.settings().perConnection() > 1)
							: paths.of(name, own.path(), first),
					settings("eventsource.streams." + name, own, topics == null),
					new PublisherDefinition(new PublisherSource(bean, perClient, beanFactory), perClient,
							rules.history(name)),
					rules.access(name, or(own.typesParameter(), this.properties.typesParameter()), cors(name, own)),
					topics));
		});
		StreamPaths.refuseShared(streams);
		return streams;
	}

	/** A topic lingers as a whole, not its publisher alone. */
	private TopicRules topics(String name, StreamProperties own) {
		try {
			return TopicDefinitions.of(own, (own.linger() != null) ? own.linger() : this.properties.linger());
		}
		catch (IllegalArgumentException ex) {
			throw invalid("eventsource.streams." + name + "." + ex.getMessage());
		}
	}

	/**
	 * Binds the settings of single streams.
	 */
	StreamSettingsBinder binder(Set<String> streams) {
		return new StreamSettingsBinder(this.properties, this.environment, streams);
	}

	/**
	 * The settings of the endpoint, also for publishers that are passed to it.
	 */
	EndpointSettings endpoint(StreamSettings defaults, StreamRules rules) {
		return new EndpointSettings(defaults, rules.access(this.properties.typesParameter()), limits(),
				this.properties.reject());
	}

	private @Nullable CorsConfiguration cors(String name, StreamProperties stream) {
		CorsProperties own = stream.cors();
		CorsProperties general = this.properties.cors();
		if (own != null) {
			return new CorsRules("eventsource.streams." + name + ".cors", own).configuration();
		}
		return (general != null) ? new CorsRules("eventsource.cors", general).configuration() : null;
	}

	private StreamSettings settings(String prefix, StreamProperties stream, boolean lingering) {
		EventSourceProperties all = this.properties;
		try {
			return connections(stream).bufferSize(or(stream.bufferSize(), all.bufferSize()))
				.bufferMemory(or(stream.bufferMemory(), all.bufferMemory()).toBytes())
				.maxEventSize(bytes(or(stream.maxEventSize(), all.maxEventSize())))
				.overflow(or(stream.overflow(), all.overflow()))
				.linger(!lingering ? null : (stream.linger() != null) ? stream.linger() : all.linger())
				.initialReplay(InitialReplay.events(or(stream.initialReplay(), all.initialReplay()),
						or(stream.bufferSize(), all.bufferSize())))
				.gapEvent(or(stream.gapEvent(), all.gapEvent()))
				.historyMaxEvents(or(stream.history().maxEvents(), all.history().maxEvents()))
				.restartMinDelay(or(stream.restart().minDelay(), all.restart().minDelay()))
				.restartMaxDelay(or(stream.restart().maxDelay(), all.restart().maxDelay()))
				.build();
		}
		catch (IllegalArgumentException ex) {
			throw invalid(prefix + "." + ex.getMessage());
		}
	}

	private StreamSettings.Builder connections(StreamProperties stream) {
		EventSourceProperties all = this.properties;
		String event = (stream.heartbeatEvent() != null) ? stream.heartbeatEvent() : all.heartbeatEvent();
		return StreamSettings.builder()
			.retry(or(stream.retry(), all.retry()))
			.heartbeat(or(stream.heartbeat(), all.heartbeat()))
			.heartbeatEvent((event != null) ? event : "")
			.writeTimeout(or(stream.writeTimeout(), all.writeTimeout()))
			.maxLifetime(or(stream.maxLifetime(), all.maxLifetime()))
			.flushInterval(or(stream.flushInterval(), all.flushInterval()))
			.responseDelay(or(stream.responseDelay(), all.responseDelay()));
	}

	private ConnectionLimits limits() {
		try {
			return new ConnectionLimits(this.properties.maxConnections(), this.properties.maxConnectionsPerClient());
		}
		catch (IllegalArgumentException ex) {
			throw invalid("eventsource." + ex.getMessage());
		}
	}

	/**
	 * The period over which clients are disconnected when the server shuts down.
	 */
	Duration drain() {
		Duration drain = this.properties.shutdown().drain();
		if (drain.isNegative() || drain.compareTo(Duration.ofDays(1)) > 0) {
			throw invalid("eventsource.shutdown.drain must be between 0 and a day; got " + drain);
		}
		return drain;
	}

	private static InvalidEventSourceConfigurationException invalid(String description) {
		return new InvalidEventSourceConfigurationException(description + ".",
				"Change the value in the application's configuration.");
	}

	private static int bytes(DataSize size) {
		return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, size.toBytes()));
	}

	private static <T> T or(@Nullable T own, T general) {
		return (own != null) ? own : general;
	}

}
