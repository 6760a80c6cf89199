package io.eventsource.web;

/**
 * How to refuse a client that may come back later.
 */
public enum Rejection {

	/**
	 * With status 200, a reconnection time and the end, since a browser gives up for good
	 * on any other status.
	 */
	SOFT,

	/** With status 503 and {@code Retry-After}. */
	STATUS

}
