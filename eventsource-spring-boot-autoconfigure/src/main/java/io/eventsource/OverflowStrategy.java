package io.eventsource;

/**
 * What becomes of a client that has fallen further behind than the log reaches, and
 * whether the publisher waits for it.
 */
public enum OverflowStrategy {

	/**
	 * The connection ends. The client comes back with the id of its last event, and is
	 * told what it has missed.
	 */
	DISCONNECT,

	/**
	 * The client stays, is told how many events it has missed, and goes on in the middle
	 * of what the log has kept.
	 */
	SKIP,

	/**
	 * A client whose connection is full is not sent what a newer event with the same key
	 * has overtaken; the key is {@link Event#key()}, else the type. It is told that it
	 * has missed something only if an event has left the log that no newer one replaces.
	 */
	CONFLATE,

	/**
	 * The publisher is asked for no more than the slowest client leaves room for. A
	 * client that takes nothing for the write timeout is closed, so that it cannot hold
	 * up the others for good. A publisher that emits what it was not asked for overruns
	 * clients all the same; they are disconnected then.
	 */
	BACKPRESSURE

}
