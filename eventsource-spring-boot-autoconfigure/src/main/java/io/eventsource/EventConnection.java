package io.eventsource;

import io.eventsource.engine.EventStream;
import org.jspecify.annotations.Nullable;

/**
 * The engine's end of one connection, for the transport to report to.
 */
public interface EventConnection {

	/**
	 * Reports that the sink may have become ready. Any thread; never blocks.
	 */
	void writable();

	/**
	 * Ends the connection. Only the first call has an effect. Any thread; never blocks:
	 * {@link EventSink#complete()} is called later, by the worker of the connection.
	 * @param reason why the connection ends
	 */
	void close(CloseReason reason);

	/**
	 * Ends the connection as a shutdown does: the client gets the rest of what it is
	 * being sent, a reconnection time of its own, and the end. Any thread; never blocks.
	 */
	void sendAway();

	/**
	 * Returns the id by which the client knows its place before it has been sent an
	 * event, to be sent with the {@linkplain EventStream#preamble preamble}. A client
	 * that is cut off then and comes back with this id misses nothing.
	 * @return the id; {@code null} for a client that has sent an id, that does not
	 * {@linkplain EventSink#keepsPositions keep positions}, or whose stream cannot be
	 * resumed by its place
	 */
	@Nullable String openingId();

	/**
	 * Runs an action once the application's code is not called for this connection alone
	 * any more, which is to be counted as open until then. Called once, when the
	 * connection has ended or ends. Any thread; never blocks.
	 * @param action the action, which is run by the caller or by the thread that was last
	 * in the application's code
	 */
	void whenReleased(Runnable action);

}
