package io.eventsource;

import java.util.List;

/**
 * The events that a stream keeps for clients that resume, as the publisher sees them.
 */
public interface ReplayBuffer {

	/**
	 * Returns how many bytes the block of an event may have.
	 * @return the number of bytes
	 */
	int maxEventSize();

	/**
	 * Returns how many events are kept.
	 * @return the number of events
	 */
	int capacity();

	/**
	 * Returns how many bytes of events are kept.
	 * @return the number of bytes
	 */
	long memory();

	/**
	 * Adds events that were published before, if no event has come yet. They are not sent
	 * to clients that are connected.
	 * @param events the latest events, oldest first, each with its id
	 * @param late whether clients that are connected may have missed some of these, which
	 * they are told
	 */
	void preload(List<Event> events, boolean late);

	/**
	 * Returns whether the event with an id is kept.
	 * @param id the id of the event
	 * @return whether it is
	 */
	boolean has(String id);

}
