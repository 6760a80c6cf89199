package io.eventsource.engine.runtime;

import io.eventsource.Callee;

/**
 * A call from a worker to code outside the engine, as the {@link Watchdog} sees it.
 */
public interface Call {

	/**
	 * What is called.
	 */
	Callee callee();

	/**
	 * On whose behalf it is called, in a form that is safe to log. May be asked on any
	 * thread.
	 */
	String subject();

	/**
	 * Abandons what the call was made for, because its thread has been replaced. Called
	 * by the new thread of the worker before it does anything else.
	 */
	default void abandon() {
	}

	/**
	 * Cleans up after the call has returned after all. Called by the replaced thread, as
	 * the last thing that it does.
	 */
	default void returned() {
	}

}
