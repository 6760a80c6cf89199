package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * The engine's end of one connection, to which the transport reports.
 */
public interface EventConnection {

	/**
	 * Reports that the sink may have become ready. May be called on any thread; never
	 * blocks.
	 */
	void writable();

	/**
	 * Ends the connection. Only the first call has an effect. May be called on any
	 * thread; never blocks, because the worker of the connection calls
	 * {@link EventSink#complete()} later.
	 * @param reason why the connection ends
	 */
	void close(CloseReason reason);

	/**
	 * Ends the connection as a shutdown does: the client gets the rest of what is being
	 * sent to it, a reconnection time of its own, and the end of the response. May be
	 * called on any thread; never blocks.
	 */
	void sendAway();

	/**
	 * Returns the id of the client's position before it has been sent an event. It is to
	 * be sent at the beginning of the response, so that a client that is cut off early
	 * misses nothing when it comes back.
	 * @return the id; {@code null} for a client that has sent an id, for one that does
	 * not {@linkplain EventSink#keepsPositions keep positions}, and for a stream whose
	 * positions have no ids
	 */
	@Nullable String openingId();

	/**
	 * Runs an action once none of the application's code is running for this connection
	 * alone any more. Until then the connection should be counted as open. Called once,
	 * when the connection has ended or ends. May be called on any thread; never blocks.
	 * @param action the action, which is run by the caller or by the last thread that was
	 * in the application's code
	 */
	void whenReleased(Runnable action);

}
