package io.eventsource.web;

/**
 * Is notified of the state of a {@link ClientSocket}. Called on threads of the container;
 * must not block.
 */
public interface SocketListener {

	/**
	 * The socket can be written to: for the first time, or after it had no room.
	 */
	void writable();

	/**
	 * The client has gone, and the connection is to be closed.
	 */
	void gone();

	/**
	 * The connection is closed. Called once.
	 */
	void closed();

}
