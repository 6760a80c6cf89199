package io.eventsource.test;

import java.io.IOException;
import java.util.List;

/**
 * A request that has been sent, and its response.
 */
interface Exchange {

	int status();

	/** The values of a header, whose name may be in any case. */
	List<String> header(String name);

	/**
	 * Reads the next bytes of the body, and waits until there are some.
	 * @return how many bytes, or -1 at the clean end
	 * @throws IOException if the connection breaks
	 */
	int read(byte[] buffer) throws IOException;

	/** Whether the server notices that nobody reads. */
	boolean hasBackPressure();

	/** Leaves, as a client does. Nothing happens if it has left already. */
	void close();

}
