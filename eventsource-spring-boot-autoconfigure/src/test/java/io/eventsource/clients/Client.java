package io.eventsource.clients;

/**
 * A client that people have, as it follows one stream, and comes back to it after each
 * end of the connection: by itself where it can, else as its users have to make it.
 */
interface Client extends AutoCloseable {

	/**
	 * What the client has seen so far.
	 */
	Seen seen();

	@Override
	void close();

}
