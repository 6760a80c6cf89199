package io.eventsource.web;

/**
 * Is notified of the state of an {@link Http2Output}. Called on any thread.
 */
interface OutputListener {

	/**
	 * More may be written.
	 */
	void writable();

	/**
	 * The client has gone.
	 */
	void onError(Throwable cause);

	/**
	 * Everything has been written, and the response must end now.
	 */
	void completeAsync();

}
