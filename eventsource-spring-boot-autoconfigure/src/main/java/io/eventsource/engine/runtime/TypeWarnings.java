package io.eventsource.engine.runtime;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns about event types that browsers use themselves, once for each type. All streams
 * of an application share one instance; it is not static because several applications may
 * run in one process. Thread-safe.
 */
public final class TypeWarnings {

	private static final Log logger = LogFactory.getLog(TypeWarnings.class);

	/** Types whose events browsers also pass to the handlers of their own events. */
	private static final Set<String> BROWSER_TYPES = Set.of("open", "error");

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	public void warnOnce(String type) {
		if (BROWSER_TYPES.contains(type) && this.warned.add(type)) {
			logger.warn("An event has the type '" + type
					+ "', which browsers also pass to the handler of their own event of that name; "
					+ "another type avoids the confusion");
		}
	}

}
