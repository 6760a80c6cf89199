package io.eventsource.engine.log;

/**
 * Takes the events of a log into another, which has events of several logs.
 */
public interface LogFollower {

	/**
	 * Takes note that something was added to the log, or that it has ended. Called under
	 * the locks of the log, before anybody can see how far the family has come.
	 */
	void appended();

	/**
	 * Takes what was added, now or soon. Any thread; never blocks.
	 */
	void follow();

	/**
	 * Returns the position from which on the publisher of the log should wait;
	 * {@link Long#MAX_VALUE} if it should not.
	 * @return the position
	 */
	long needed();

}
