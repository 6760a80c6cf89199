package io.eventsource.engine.delivery;

import io.eventsource.EventConnection;

/**
 * A connection of which it can be asked whether it is to end.
 */
interface ClosableConnection extends EventConnection {

	/**
	 * Whether the connection is to end, so that its client gets nothing more. Any thread.
	 */
	boolean isClosing();

}
