package io.eventsource;

/**
 * How long a publisher can wait for clients whose connections are full.
 */
public enum PublisherPace {

	/**
	 * It can wait for as long as it has to.
	 */
	WAITS,

	/**
	 * It can wait, but the clients that it waits for must make progress.
	 */
	WAITS_FOR_PROGRESS,

	/**
	 * It cannot wait.
	 */
	CANNOT_WAIT

}
