package io.eventsource.console;

/**
 * What the console can do beside showing.
 */
public enum ConsoleAction {

	/** End connections; the clients may come back. */
	DISCONNECT,

	/** End a stream or a topic for good. */
	STOP,

	/** Publish an event to a channel or a topic. */
	PUBLISH

}
