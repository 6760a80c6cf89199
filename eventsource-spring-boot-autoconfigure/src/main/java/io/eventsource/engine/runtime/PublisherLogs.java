package io.eventsource.engine.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import io.eventsource.engine.source.Intake;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What logs what happens to publishers of which each client has one, by name. Those used
 * last are kept, so that names made of requests take no memory.
 */
final class PublisherLogs {

	private static final Log logger = LogFactory.getLog(Intake.class);

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
		return this.logs.computeIfAbsent(name, (key) -> new PublisherLog(logger, this.clock, key));
	}

}
