package io.eventsource;

/**
 * Why a client cannot be given all that followed its last event.
 */
public enum GapCause {

	/** The events were there, and have left the log since. */
	EVICTED,

	/** The last event is from an earlier run of the stream. */
	RESTARTED,

	/** Nothing is known of the last event. */
	UNKNOWN,

	/** The client read more slowly than events came. */
	OVERFLOW,

	/**
	 * The event that belongs here could not be sent to anybody: it was too large, its
	 * data could not be written, or no event could be made of what the publisher emitted.
	 */
	REJECTED

}
