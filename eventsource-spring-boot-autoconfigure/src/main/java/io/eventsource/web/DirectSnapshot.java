package io.eventsource.web;

import java.util.Map;

/**
 * The connections that the container has handed over to streams, at one moment.
 *
 * @param open how many of them are open
 * @param handedOver how many there have been
 * @param ordinary how many responses have taken the ordinary way although the container
 * had offered the connection, by the reason
 */
public record DirectSnapshot(int open, long handedOver, Map<String, Long> ordinary) {

	/**
	 * Tells whether the container has offered a connection yet.
	 * @return whether it has
	 */
	public boolean isOffered() {
		return this.handedOver > 0 || !this.ordinary.isEmpty();
	}

}
