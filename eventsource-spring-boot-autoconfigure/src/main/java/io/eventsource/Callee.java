package io.eventsource;

/**
 * The kinds of code outside the engine that it calls, for reports of failures.
 *
 * @see StreamListener#callFailed
 */
public enum Callee {

	/** An {@link EventFilter}. */
	FILTER,

	/** A {@link StreamListener}. */
	LISTENER,

	/** A {@link DataWriter}, or the mapping from an element to an event. */
	WRITER,

	/** An {@link EventSink}, unless its client has just gone. */
	SINK,

	/** An executor that should run a task, or a task that it ran. */
	EXECUTOR,

	/** An {@link EventHistory}. */
	HISTORY,

	/** A publisher, in a call to {@code subscribe}, {@code request} or {@code cancel}. */
	PUBLISHER,

	/** The condition of a call to {@code disconnect}. */
	CONDITION,

	/** The engine itself, most likely because it is out of memory. */
	ENGINE

}
