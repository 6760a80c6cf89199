package io.eventsource.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.eventsource.StreamSettings;
import io.eventsource.autoconfigure.EventSourceProperties.CorsProperties;
import io.eventsource.autoconfigure.EventSourceProperties.StreamProperties;
import io.eventsource.autoconfigure.EventSourceProperties.SubscriptionMode;
import io.eventsource.web.ConnectionLimits;
import io.eventsource.web.StreamAccess;
import io.eventsource.web.StreamDefinition;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.unit.DataSize;
import org.springframework.web.cors.CorsConfiguration;

/**
 * Says which streams there are, from the beans and the properties, and refuses what
 * cannot be meant.
 */
class StreamDefinitions {

	/** As requests have it once it is decoded. */
	private static final Pattern PATH = Pattern.compile("/|(/[\\p{L}\\p{N}._~!$&'()+,=:@-]+)+");

	private final EventSourceProperties properties;

	StreamDefinitions(EventSourceProperties properties) {
		this.properties = properties;
	}

	/**
	 * The settings that apply where a stream has none of its own.
	 */
	StreamSettings defaults() {
		return settings("eventsource", StreamProperties.NONE);
	}

	/**
	 * The streams of the given beans.
	 * @param beans the names of the beans, and which of them are primary
	 */
	List<StreamDefinition> of(Map<String, Boolean> beans, StreamRules rules, BeanFactory beanFactory) {
		refuseUnknownNames(beans.keySet());
		rules.check(beans.keySet());
		String base = checked("eventsource.path", this.properties.path());
		List<StreamDefinition> streams = new ArrayList<>();
		beans.forEach((name, primary) -> {
			Set<String> paths = new LinkedHashSet<>();
			paths.add(path(base, name));
			if (primary || beans.size() == 1) {
				paths.add(base);
			}
			streams.add(new StreamDefinition(name, paths, settings("eventsource.streams." + name, stream(name)),
					() -> beanFactory.getBean(name), isPerClient(name), rules.history(name), access(name, rules)));
		});
		refuseSharedPaths(streams);
		return streams;
	}

	/**
	 * Who may open publishers that are handed to the endpoint, and what they see of them.
	 */
	StreamAccess access(StreamRules rules) {
		return rules.access(this.properties.typesParameter());
	}

	private StreamAccess access(String name, StreamRules rules) {
		return rules.access(name, or(stream(name).typesParameter(), this.properties.typesParameter()), cors(name));
	}

	private @Nullable CorsConfiguration cors(String name) {
		CorsProperties own = stream(name).cors();
		CorsProperties general = this.properties.cors();
		if (own != null) {
			return new CorsRules("eventsource.streams." + name + ".cors", own).configuration();
		}
		return (general != null) ? new CorsRules("eventsource.cors", general).configuration() : null;
	}

	private StreamProperties stream(String name) {
		return this.properties.streams().getOrDefault(name, StreamProperties.NONE);
	}

	private boolean isPerClient(String name) {
		return or(stream(name).subscription(), this.properties.subscription()) == SubscriptionMode.PER_CLIENT;
	}

	private String path(String base, String name) {
		String own = stream(name).path();
		if (own != null) {
			return checked("eventsource.streams." + name + ".path", own);
		}
		String path = base.equals("/") ? "/" + name : base + "/" + name;
		if (!PATH.matcher(path).matches()) {
			throw new InvalidEventSourceConfigurationException(
					"The bean name '" + name + "' cannot be part of the path of an event stream.",
					"Set eventsource.streams.<name>.path for this stream, or give the bean another name.");
		}
		return path;
	}

	private static String checked(String property, String path) {
		if (path.indexOf('%') >= 0) {
			throw new InvalidEventSourceConfigurationException(
					property + " must not be encoded, since it is compared with the decoded paths of requests; got '"
							+ path + "'.",
					"Write each character itself, such as 'ä' instead of '%C3%A4'.");
		}
		if (!PATH.matcher(path).matches()) {
			throw new InvalidEventSourceConfigurationException(
					property + " must be a path of plain segments that starts with '/'; got '" + path + "'.",
					"Change " + property + ", for example to '/events'.");
		}
		return path;
	}

	private StreamSettings settings(String prefix, StreamProperties stream) {
		EventSourceProperties all = this.properties;
		try {
			return StreamSettings.builder()
				.retry(or(stream.retry(), all.retry()))
				.heartbeat(or(stream.heartbeat(), all.heartbeat()))
				.bufferSize(or(stream.bufferSize(), all.bufferSize()))
				.bufferMemory(or(stream.bufferMemory(), all.bufferMemory()).toBytes())
				.maxEventSize(bytes(or(stream.maxEventSize(), all.maxEventSize())))
				.overflow(or(stream.overflow(), all.overflow()))
				.linger((stream.linger() != null) ? stream.linger() : all.linger())
				.initialReplay(or(stream.initialReplay(), all.initialReplay()))
				.gapEvent(or(stream.gapEvent(), all.gapEvent()))
				.historyMaxEvents(or(stream.history().maxEvents(), all.history().maxEvents()))
				.restartMinDelay(or(stream.restart().minDelay(), all.restart().minDelay()))
				.restartMaxDelay(or(stream.restart().maxDelay(), all.restart().maxDelay()))
				.writeTimeout(or(stream.writeTimeout(), all.writeTimeout()))
				.maxLifetime(or(stream.maxLifetime(), all.maxLifetime()))
				.flushInterval(or(stream.flushInterval(), all.flushInterval()))
				.build();
		}
		catch (IllegalArgumentException ex) {
			throw invalid(prefix + "." + ex.getMessage());
		}
	}

	/**
	 * How many connections there may be.
	 */
	ConnectionLimits limits() {
		try {
			return new ConnectionLimits(this.properties.maxConnections(), this.properties.maxConnectionsPerClient(),
					this.properties.reject());
		}
		catch (IllegalArgumentException ex) {
			throw invalid("eventsource." + ex.getMessage());
		}
	}

	/**
	 * The time over which clients are sent away when the server shuts down.
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

	private void refuseUnknownNames(Set<String> names) {
		Set<String> unknown = new TreeSet<>(this.properties.streams().keySet());
		unknown.removeAll(names);
		if (!unknown.isEmpty()) {
			throw new InvalidEventSourceConfigurationException(
					"eventsource.streams has settings for " + unknown + ", but there "
							+ (names.isEmpty() ? "is no event stream." : "are only the event streams " + names + "."),
					"Correct the name, which must be that of a bean whose declared type is a publisher of "
							+ "io.eventsource.Event, or remove the settings.");
		}
	}

	private static void refuseSharedPaths(List<StreamDefinition> streams) {
		Map<String, String> owners = new HashMap<>();
		for (StreamDefinition stream : streams) {
			for (String path : stream.paths()) {
				String other = owners.put(path, stream.name());
				if (other != null) {
					throw new InvalidEventSourceConfigurationException(
							"The event streams '" + other + "' and '" + stream.name() + "' would both be served at '"
									+ path + "'.",
							"Set eventsource.streams." + stream.name() + ".path to another path, or make only one "
									+ "publisher @Primary.");
				}
			}
		}
	}

}
