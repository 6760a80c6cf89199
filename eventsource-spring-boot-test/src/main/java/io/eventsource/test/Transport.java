package io.eventsource.test;

import java.io.IOException;

/**
 * How requests get to the application.
 */
@FunctionalInterface
interface Transport {

	/**
	 * Sends a request and waits for the head of the response.
	 * @throws IOException if there is none
	 */
	Exchange exchange(EventStreamRequest request) throws IOException;

}
