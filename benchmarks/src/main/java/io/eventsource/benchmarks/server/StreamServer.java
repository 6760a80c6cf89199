package io.eventsource.benchmarks.server;

/**
 * A server that is up, with one stream at {@code /events}.
 */
interface StreamServer {

	int port();

	/**
	 * How many clients are served now, as the server knows.
	 */
	int clients();

	/**
	 * Hands an event over to all clients; waits for as long as the server makes its
	 * publisher wait.
	 * @param id the id of the event, for servers that give none themselves
	 * @param data the data, one line of ASCII
	 */
	void publish(String id, String data) throws Exception;

	/**
	 * Hands an event over to the clients of a topic.
	 * @param topic the number of the topic
	 * @param data the data, one line of ASCII
	 */
	default void publish(int topic, String data) throws Exception {
		throw new UnsupportedOperationException("This server has no topics");
	}

}
