package io.eventsource;

/**
 * What the engine calls that is not its own code, for reports of failures.
 *
 * @see StreamListener#callFailed
 */
public enum Callee {

	/** An {@link EventFilter}. */
	FILTER,

	/** A {@link StreamListener}. */
	LISTENER,

	/** A {@link DataWriter}, or what makes an event of an element. */
	WRITER,

	/** An {@link EventSink}, other than by the departure of its client. */
	SINK,

	/** An executor that was to run a task, or a task that it ran. */
	EXECUTOR,

	/** An {@link EventHistory}. */
	HISTORY,

	/** A publisher, in a call of {@code subscribe}, {@code request} or {@code cancel}. */
	PUBLISHER,

	/** The condition of a call of {@code disconnect}. */
	CONDITION,

	/** The engine itself, most likely for want of memory. */
	ENGINE

}
