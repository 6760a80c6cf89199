package io.eventsource.engine.runtime;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns of types of events that browsers use themselves, each once. One for all streams
 * of an application, and not for the process, where others may run. Thread-safe.
 */
public final class TypeWarnings {

	private static final Log logger = LogFactory.getLog(TypeWarnings.class);

	/** Types whose events browsers also hand to the handlers of their own events. */
	private static final Set<String> BROWSER_TYPES = Set.of("open", "error");

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	public void warnOnce(String type) {
		if (BROWSER_TYPES.contains(type) && this.warned.add(type)) {
			logger.warn("An event has the type '" + type
					+ "', which browsers also hand to the handler of their own event of that name; "
					+ "another type avoids the confusion");
		}
	}

}
