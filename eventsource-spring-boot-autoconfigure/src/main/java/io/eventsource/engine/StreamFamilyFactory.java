package io.eventsource.engine;

import io.eventsource.engine.runtime.Dispatcher;

/**
 * Creates a family of streams, at each start of the {@link StreamRegistry}.
 */
@FunctionalInterface
public interface StreamFamilyFactory {

	/**
	 * Creates the family.
	 * @param dispatcher the threads that serve its clients
	 * @return the family
	 */
	StreamFamily create(Dispatcher dispatcher);

}
