package io.eventsource.redis.chaos;

import java.util.HashMap;
import java.util.Map;

/**
 * A Redis that an application uses, which may be several nodes.
 */
interface Deployment extends AutoCloseable {

	/**
	 * Returns the settings by which an instance finds Redis.
	 * @param instance the number of the instance
	 */
	String[] properties(int instance);

	/**
	 * Sends a command to the node that has a key.
	 */
	String command(String key, String... command);

	/** Waits until all nodes do their work. */
	void awaitWhole();

	/**
	 * Returns the events that Redis has, with their positions.
	 */
	default Map<Numbered, Long> events(Subject subject) {
		Map<Numbered, Long> events = new HashMap<>();
		long position = 0;
		for (String line : command(subject.key(), "XRANGE", subject.key(), "-", "+").split("\n")) {
			if (line.matches("[0-9]+-[0-9]+")) {
				position = WanderingClient.Item.position(line);
			}
			Numbered number = Numbered.of(line);
			if (number != null) {
				events.put(number, position);
			}
		}
		return events;
	}

	@Override
	void close();

}
