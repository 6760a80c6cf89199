package io.eventsource;

/**
 * How a client is treated that asks for a topic which there is not.
 */
public enum UnknownTopics {

	/** The client makes the topic, and waits for its first event. */
	ACCEPT,

	/** The client is answered with status 404; a browser does not come back. */
	NOT_FOUND

}
