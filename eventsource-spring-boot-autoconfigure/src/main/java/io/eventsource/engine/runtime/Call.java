package io.eventsource.engine.runtime;

import io.eventsource.Callee;

/**
 * A call out of the engine that a worker is in, as the {@link Watchdog} sees it.
 */
public interface Call {

	/**
	 * What is called.
	 */
	Callee callee();

	/**
	 * For whom or what it is called, in a form that is safe to log. Any thread.
	 */
	String subject();

	/**
	 * Gives up what the call was for, since its thread has been replaced. Called by the
	 * new thread of the worker, before it does anything else.
	 */
	default void abandon() {
	}

	/**
	 * Cleans up, once the call has come back after all. Called by the replaced thread,
	 * which does nothing else from then on.
	 */
	default void returned() {
	}

}
