package io.eventsource;

/**
 * The engine's end of one connection, for the transport to report to.
 */
public interface EventConnection {

	/**
	 * Reports that the sink may have become ready. Any thread; never blocks.
	 */
	void writable();

	/**
	 * Ends the connection. Only the first call has an effect. Any thread; never blocks:
	 * {@link EventSink#complete()} is called later, by the worker of the connection.
	 * @param reason why the connection ends
	 */
	void close(CloseReason reason);

}
