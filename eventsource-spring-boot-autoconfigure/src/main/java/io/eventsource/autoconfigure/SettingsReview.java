package io.eventsource.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;

/**
 * Finds probable mistakes in the settings of an application: keys that nothing reads,
 * streams that do not exist, and small numbers without a unit.
 */
class SettingsReview {

	/** Has Tomcat hand over its sockets. */
	private static final ConfigurationPropertyName DIRECT = ConfigurationPropertyName.of("eventsource.tomcat.direct");

	private static final boolean tomcat = ClassUtils.isPresent(
			"org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory",
			SettingsReview.class.getClassLoader());

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("eventsource");

	private static final PropertyKeys ALL = PropertyKeys.of(EventSourceProperties.class);

	private static final PropertyKeys TOMCAT = PropertyKeys.of(TomcatProperties.class);

	private static final PropertyKeys STREAM = PropertyKeys.of(StreamProperties.class);

	/** What only streams with topics read. */
	private static final Set<ConfigurationPropertyName> OF_TOPICS = Stream
		.of("topic", "unknown-topics", "max-topics", "topics-memory", "topics-per-connection")
		.map(ConfigurationPropertyName::of)
		.collect(Collectors.toUnmodifiableSet());

	private static final Pattern NUMBER = Pattern.compile("[+-]?0*[1-9]\\d{0,2}");

	private final Environment environment;

	private final Collection<String> streams;

	/** Those of the streams that have topics. */
	private final Collection<String> withTopics;

	private final StreamSettingsBinder binder;

	/** Prefixes under which others bind settings of their own. */
	private final Collection<ConfigurationPropertyName> foreign;

	SettingsReview(Environment environment, Collection<String> streams, Collection<String> withTopics,
			StreamSettingsBinder binder, Collection<ConfigurationPropertyName> foreign) {
		this.environment = environment;
		this.streams = streams;
		this.withTopics = withTopics;
		this.binder = binder;
		this.foreign = foreign;
	}

	/**
	 * The settings that nothing reads, with the reason for each.
	 */
	Set<String> unread() {
		Set<String> unread = new LinkedHashSet<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source instanceof IterableConfigurationPropertySource names) {
				boolean variables = source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
				names.stream().filter(ROOT::isAncestorOf).forEach((name) -> {
					String reason = variables ? ofVariable(name) : ofProperty(name);
					if (reason != null) {
						unread.add(describe(name, names.getConfigurationProperty(name)) + " " + reason);
					}
				});
			}
		}
		return unread;
	}

	private static String describe(ConfigurationPropertyName name, @Nullable ConfigurationProperty property) {
		Origin origin = (property != null) ? property.getOrigin() : null;
		return name + ((origin != null) ? " (" + origin + ")" : "");
	}

	private @Nullable String ofProperty(ConfigurationPropertyName name) {
		if (this.foreign.stream().anyMatch((other) -> StreamSettingsBinder.isSameOrBelow(other, name))) {
			return null;
		}
		if (StreamSettingsBinder.STREAMS.isAncestorOf(name)) {
			return ofStream(name);
		}
		ConfigurationPropertyName key = name.subName(1);
		if (key.getNumberOfElements() == 1 || !key.getElement(0, Form.UNIFORM).equals("tomcat")) {
			return ALL.contains(key) ? null : "is not known";
		}
		if (!TOMCAT.contains(key.subName(1))) {
			return "is not known";
		}
		return (tomcat || !name.equals(DIRECT)) ? null : "is for an embedded Tomcat, which is not on the class path";
	}

	private @Nullable String ofStream(ConfigurationPropertyName name) {
		List<String> owners = this.streams.stream().filter((stream) -> this.binder.isOf(stream, name)).toList();
		if (owners.isEmpty()) {
			return noStream(name.getElement(2, Form.ORIGINAL));
		}
		ConfigurationPropertyName last = ConfigurationPropertyName.EMPTY;
		for (String owner : owners) {
			ConfigurationPropertyName root = this.binder.root(owner);
			last = name.subName(StreamSettingsBinder.isSameOrBelow(root, name) ? root.getNumberOfElements() : 3);
			if (STREAM.contains(last)) {
				return (OF_TOPICS.contains(last) && !this.withTopics.contains(owner)) ? noTopics(owner) : null;
			}
		}
		return ALL.contains(last) ? "can only be set for all streams, as " + ROOT + "." + last
				: "is not known for a single stream";
	}

	private static String noTopics(String stream) {
		return "is for streams with topics, but the bean '" + stream + "' is not of the type EventTopics";
	}

	private String noStream(String name) {
		return "is for the stream '" + name + "', but there "
				+ (this.streams.isEmpty() ? "is no event stream" : "are only the event streams " + this.streams);
	}

	/**
	 * Environment variables that are not meant for this library may begin alike, as those
	 * that Kubernetes sets for services do; they do not show where words are separated.
	 */
	private @Nullable String ofVariable(ConfigurationPropertyName name) {
		if (!StreamSettingsBinder.STREAMS.isAncestorOf(name)) {
			return null;
		}
		String variable = letters(name);
		for (String stream : this.streams) {
			ConfigurationPropertyName root = this.binder.root(stream);
			for (PropertyKeys.Key key : STREAM.keys()) {
				String known = letters(root.append(key.name()));
				if (variable.equals(known) || (List.class.isAssignableFrom(key.type())
						&& variable.matches(Pattern.quote(known) + "\\d+"))) {
					return null;
				}
			}
		}
		return "is not a setting of " + (this.streams.isEmpty() ? "an event stream, since there is none"
				: "one of the event streams " + this.streams);
	}

	private static String letters(ConfigurationPropertyName name) {
		return name.toString().toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
	}

	/**
	 * The times below a second, and sizes below a kilobyte, that are written without a
	 * unit.
	 */
	List<String> withoutUnit() {
		List<String> found = new ArrayList<>();
		Binder binder = Binder.get(this.environment);
		ALL.keys().forEach((key) -> addWithoutUnit(binder, ROOT.append(key.name()), key.type(), found));
		for (String stream : this.streams) {
			Binder own = this.binder.binder(stream);
			ConfigurationPropertyName root = this.binder.root(stream);
			STREAM.keys().forEach((key) -> addWithoutUnit(own, root.append(key.name()), key.type(), found));
		}
		return found;
	}

	private static void addWithoutUnit(Binder binder, ConfigurationPropertyName name, Class<?> type,
			List<String> found) {
		if (type != Duration.class && type != DataSize.class) {
			return;
		}
		String value = binder.bind(name, Bindable.of(String.class)).orElse("").trim();
		if (NUMBER.matcher(value).matches()) {
			found.add(name + "=" + value + ((type == Duration.class)
					? " means milliseconds; write " + value + "s for seconds, or " + value + "ms if that is meant"
					: " means bytes; write " + value + "KB or " + value + "MB, or " + value + "B if that is meant"));
		}
	}

}
