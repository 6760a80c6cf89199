package io.eventsource;

/**
 * How a client is handled that has fallen further behind than the log reaches, and
 * whether the publisher waits for it.
 */
public enum OverflowStrategy {

	/**
	 * The connection ends. The client comes back with the id of its last event and is
	 * told what it has missed.
	 */
	DISCONNECT,

	/**
	 * The client stays connected, is told how many events it has missed, and continues in
	 * the middle of the log.
	 */
	SKIP,

	/**
	 * A client whose connection is full is not sent events that are superseded by a newer
	 * one with the same key, which is {@link Event#key()} or else the type. It is told
	 * that it has missed something only if an event has left the log without having been
	 * superseded.
	 */
	CONFLATE,

	/**
	 * The publisher is asked for no more than the slowest client leaves room for. A
	 * client that takes nothing for the write timeout is closed, so that it cannot delay
	 * the others for ever. If a publisher emits more than it was asked for, clients that
	 * cannot keep up are disconnected.
	 */
	BACKPRESSURE

}
