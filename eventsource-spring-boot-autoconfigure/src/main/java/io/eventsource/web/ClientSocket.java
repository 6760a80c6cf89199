package io.eventsource.web;

import java.io.IOException;
import java.time.Duration;

/**
 * The socket of one client, handed over by the container. No method waits for the client.
 * {@link #isReady()} and {@link #write} are called by one thread at a time, and only
 * after {@link SocketListener#writable()}.
 */
public interface ClientSocket {

	/**
	 * Tells whether the socket has taken all that was written. After a "no", the listener
	 * is called when it has room.
	 * @return whether it has
	 */
	boolean isReady();

	/**
	 * Writes bytes, which never change.
	 * @param bytes the array
	 * @param offset the index of the first byte
	 * @param length the number of bytes
	 * @throws IOException if the client has gone
	 */
	void write(byte[] bytes, int offset, int length) throws IOException;

	/**
	 * Closes the connection after the last write. May be called on any thread, before the
	 * socket can be written to, and after it was closed.
	 * @param patience how long the client may take for what the socket has not taken yet;
	 * zero if it need not get that
	 */
	void close(Duration patience);

}
