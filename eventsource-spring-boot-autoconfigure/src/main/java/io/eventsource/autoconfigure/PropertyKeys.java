package io.eventsource.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * The keys that a record of settings has, those of records inside it included.
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
		for (RecordComponent component : settings.getRecordComponents()) {
			ConfigurationPropertyName name = prefix.append(DataObjectPropertyName.toDashedForm(component.getName()));
			if (component.getType().isRecord()) {
				collect(name, component.getType(), keys);
			}
			else {
				keys.add(new Key(name, component.getType()));
			}
		}
	}

	boolean contains(ConfigurationPropertyName name) {
		return this.keys.stream().anyMatch((key) -> key.covers(name));
	}

	/**
	 * One key.
	 *
	 * @param name the name
	 * @param type the type of its value
	 */
	record Key(ConfigurationPropertyName name, Class<?> type) {

		/** Also the items of a list. */
		private boolean covers(ConfigurationPropertyName other) {
			return this.name.equals(other) || (this.name.isAncestorOf(other)
					&& (Map.class.isAssignableFrom(this.type) || (List.class.isAssignableFrom(this.type)
							&& other.isNumericIndex(this.name.getNumberOfElements()))));
		}

	}

}
