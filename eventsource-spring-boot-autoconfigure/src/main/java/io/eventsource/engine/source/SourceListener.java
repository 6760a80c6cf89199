package io.eventsource.engine.source;

/**
 * The stream, which is notified of what happens to its publisher.
 */
public interface SourceListener {

	/**
	 * Runs code of the publisher; if the publisher is that of one client, in the context
	 * of this client.
	 */
	void runInContext(Runnable task);

	/**
	 * The publisher was subscribed to, and the call has returned.
	 */
	void called();

	/**
	 * The first event of a subscription has come.
	 */
	void emitted();

	/**
	 * The publisher has completed.
	 */
	void completed();

	/**
	 * The publisher has failed. It is subscribed to again unless the source is stopped.
	 * @param early whether it had emitted nothing
	 * @param report logs the failure; to be run unless somebody else is told about it
	 */
	void failed(Throwable cause, boolean early, Runnable report);

}
