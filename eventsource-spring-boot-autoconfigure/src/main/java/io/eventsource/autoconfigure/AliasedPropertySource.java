package io.eventsource.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;

/**
 * A source in which the properties below one name are also found below another name.
 *
 * @param source the source
 * @param name the name that is looked up
 * @param alias the other name
 */
record AliasedPropertySource(ConfigurationPropertySource source, ConfigurationPropertyName name,
		ConfigurationPropertyName alias) implements ConfigurationPropertySource {

	@Override
	public @Nullable ConfigurationProperty getConfigurationProperty(@Nullable ConfigurationPropertyName asked) {
		ConfigurationProperty property = (asked != null) ? this.source.getConfigurationProperty(asked) : null;
		if (property != null || asked == null || !this.name.isAncestorOf(asked)) {
			return property;
		}
		ConfigurationProperty other = this.source.getConfigurationProperty(aliased(asked));
		return (other != null) ? new ConfigurationProperty(asked, other.getValue(), other.getOrigin()) : null;
	}

	@Override
	public ConfigurationPropertyState containsDescendantOf(ConfigurationPropertyName asked) {
		ConfigurationPropertyState state = this.source.containsDescendantOf(asked);
		boolean below = this.name.equals(asked) || this.name.isAncestorOf(asked);
		if (state == ConfigurationPropertyState.PRESENT || !below) {
			return state;
		}
		ConfigurationPropertyState other = this.source.containsDescendantOf(aliased(asked));
		return (state == ConfigurationPropertyState.ABSENT) ? other
				: (other == ConfigurationPropertyState.PRESENT) ? other : state;
	}

	private ConfigurationPropertyName aliased(ConfigurationPropertyName asked) {
		return append(this.alias, asked, this.name.getNumberOfElements());
	}

	/**
	 * Appends the elements of a name from an index on. (Spring Boot cannot append a part
	 * of a name if that part has been cut off.)
	 */
	static ConfigurationPropertyName append(ConfigurationPropertyName start, ConfigurationPropertyName name, int from) {
		ConfigurationPropertyName result = start;
		for (int i = from; i < name.getNumberOfElements(); i++) {
			String element = name.getElement(i, Form.DASHED);
			result = result.append(name.isNumericIndex(i) ? "[" + element + "]" : element);
		}
		return result;
	}

	@Override
	public @Nullable Object getUnderlyingSource() {
		return this.source.getUnderlyingSource();
	}

}
