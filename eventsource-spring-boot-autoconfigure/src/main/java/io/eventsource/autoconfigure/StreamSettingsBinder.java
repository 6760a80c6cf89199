package io.eventsource.autoconfigure;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyNameException;
import org.springframework.core.env.Environment;

/**
 * Binds the settings of single streams. The name of a stream, which is that of a bean,
 * may be written in each form that Spring Boot accepts for other properties, including
 * that of an environment variable, or literally in brackets.
 */
class StreamSettingsBinder {

	static final ConfigurationPropertyName STREAMS = ConfigurationPropertyName.of("eventsource.streams");

	private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*(\\.[A-Za-z0-9][A-Za-z0-9_-]*)*");

	private final Map<String, StreamProperties> exact;

	private final Environment environment;

	/** Names that more than one stream has if the form of the name is ignored. */
	private final Set<String> ambiguous = new HashSet<>();

	StreamSettingsBinder(EventSourceProperties properties, Environment environment, Set<String> streams) {
		this.exact = properties.streams();
		this.environment = environment;
		Set<String> forms = new HashSet<>();
		streams.forEach((name) -> {
			if (!forms.add(form(name))) {
				this.ambiguous.add(form(name));
			}
		});
	}

	private static String form(String name) {
		return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
	}

	/**
	 * The settings of a stream.
	 */
	StreamProperties bind(String stream) {
		StreamProperties otherwise = isRelaxed(stream) ? StreamProperties.NONE
				: this.exact.getOrDefault(stream, StreamProperties.NONE);
		return binder(stream).bind(root(stream), Bindable.of(StreamProperties.class)).orElse(otherwise);
	}

	/**
	 * The name under which the settings of a stream are bound.
	 */
	ConfigurationPropertyName root(String stream) {
		return isRelaxed(stream) ? relaxed(stream) : inBrackets(stream);
	}

	/**
	 * A binder that finds the settings of a stream in all forms of its name.
	 */
	Binder binder(String stream) {
		List<ConfigurationPropertySource> sources = new ArrayList<>();
		ConfigurationPropertyName root = root(stream);
		ConfigurationPropertyName alias = inBrackets(stream);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			sources.add(new AliasedPropertySource(source, root, alias));
		}
		return new Binder(sources, new PropertySourcesPlaceholdersResolver(this.environment));
	}

	/**
	 * Whether a name of a property is that of a setting of a stream.
	 */
	boolean isOf(String stream, ConfigurationPropertyName name) {
		return isSameOrBelow(root(stream), name) || isSameOrBelow(inBrackets(stream), name);
	}

	static boolean isSameOrBelow(ConfigurationPropertyName root, ConfigurationPropertyName name) {
		return root.equals(name) || root.isAncestorOf(name);
	}

	private boolean isRelaxed(String stream) {
		return PLAIN.matcher(stream).matches() && !this.ambiguous.contains(form(stream));
	}

	private static ConfigurationPropertyName relaxed(String stream) {
		return ConfigurationPropertyName.adapt(STREAMS + "." + DataObjectPropertyName.toDashedForm(stream), '.');
	}

	private static ConfigurationPropertyName inBrackets(String stream) {
		try {
			return STREAMS.append("[" + stream + "]");
		}
		catch (InvalidConfigurationPropertyNameException ex) {
			return STREAMS;
		}
	}

}
