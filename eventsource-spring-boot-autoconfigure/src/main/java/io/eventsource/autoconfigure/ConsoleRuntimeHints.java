package io.eventsource.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Names the files of the console, which a native image would not have otherwise.
 */
class ConsoleRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		for (String type : new String[] { "html", "css", "js", "svg" }) {
			hints.resources().registerPattern("io/eventsource/console/*." + type);
		}
	}

}
