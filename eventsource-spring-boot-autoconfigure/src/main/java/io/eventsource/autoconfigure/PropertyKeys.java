package io.eventsource.autoconfigure;

import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * The keys of a record of settings, including those of nested records.
 *
 * @param keys the keys, relative to where the record is bound
 */
record PropertyKeys(List<Key> keys) {

	static PropertyKeys of(Class<?> settings) {
		List<Key> keys = new ArrayList<>();
		collect(ConfigurationPropertyName.EMPTY, settings, keys);
		return new PropertyKeys(keys);
	}

	private static void collect(ConfigurationPropertyName prefix, Class<?> settings, List<Key> keys) {
		// Uses the constructor, which Spring Boot binds and a native image has
		for (Constructor<?> constructor : settings.getDeclaredConstructors()) {
			for (Parameter parameter : constructor.getParameters()) {
				ConfigurationPropertyName name = prefix
					.append(DataObjectPropertyName.toDashedForm(parameter.getName()));
				if (parameter.getType().isRecord()) {
					collect(name, parameter.getType(), keys);
				}
				else {
					keys.add(new Key(name, parameter.getType()));
				}
			}
		}
	}

	/**
	 * Whether a name is that of a key, of an item of its value, or of a group of keys.
	 */
	boolean contains(ConfigurationPropertyName name) {
		return this.keys.stream().anyMatch((key) -> key.covers(name) || name.isAncestorOf(key.name()));
	}

	/**
	 * One key.
	 *
	 * @param name the name
	 * @param type the type of its value
	 */
	record Key(ConfigurationPropertyName name, Class<?> type) {

		/** Matches the items of a list too. */
		private boolean covers(ConfigurationPropertyName other) {
			return this.name.equals(other) || (this.name.isAncestorOf(other)
					&& (Map.class.isAssignableFrom(this.type) || (List.class.isAssignableFrom(this.type)
							&& other.isNumericIndex(this.name.getNumberOfElements()))));
		}

	}

}
