package io.eventsource;

/**
 * Why a client cannot be sent everything that followed its last event.
 */
public enum GapCause {

	/** The events are no longer in the log. */
	EVICTED,

	/** The last event is from an earlier run of the stream. */
	RESTARTED,

	/** The id of the last event is unknown. */
	UNKNOWN,

	/** The client read more slowly than events came. */
	OVERFLOW,

	/**
	 * The event that belongs here could not be sent to any client: it was too large, its
	 * data could not be written, or what the publisher emitted is not an event.
	 */
	REJECTED,

	/** The source of the topic has failed, so that nothing follows. */
	FAILED,

	/**
	 * The instance that ran the source of the topic was shut down or has died, so that
	 * nothing follows.
	 */
	INTERRUPTED

}
