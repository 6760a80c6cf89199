package io.eventsource.engine.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The logs of publishers of which each client has its own, by name. Only the most
 * recently used ones are kept, so that names made from requests do not fill the memory.
 */
final class PublisherLogs {

	private static final int CAPACITY = 256;

	private final LongSupplier clock;

	private final Map<String, PublisherLog> logs = new LinkedHashMap<>(16, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, PublisherLog> eldest) {
			return size() > CAPACITY;
		}

	};

	PublisherLogs(LongSupplier clock) {
		this.clock = clock;
	}

	synchronized PublisherLog of(String name) {
		return this.logs.computeIfAbsent(name, (key) -> new PublisherLog(this.clock, key));
	}

}
