package io.eventsource;

import java.io.IOException;

/**
 * The transport's end of one connection, which takes the bytes for the client. All
 * methods are called by one thread at a time, and only after the first call of
 * {@link EventConnection#writable()}, with the exception of {@link #complete()}, which
 * may be called at any time.
 */
public interface EventSink {

	/**
	 * Tells whether bytes can be passed on without blocking. Called before each write and
	 * before each flush. If the answer is no, the transport calls
	 * {@link EventConnection#writable()} as soon as it would be yes.
	 * @return whether the next call of {@code write} or {@code flush} will not block
	 */
	boolean isReady();

	/**
	 * Takes bytes. They never change afterwards, so a transport may keep the array but
	 * must not write to it.
	 * @param bytes the array
	 * @param offset the index of the first byte
	 * @param length the number of bytes
	 * @throws IOException if the client has gone
	 */
	void write(byte[] bytes, int offset, int length) throws IOException;

	/**
	 * Sends what was written.
	 * @throws IOException if the client has gone
	 */
	void flush() throws IOException;

	/**
	 * Called once if {@link EventConnection#writable()} has not been called within five
	 * seconds of the connection's start. A transport that knows that it will never report
	 * readiness may fall back to another way of writing. One that is only late does
	 * nothing, and the client is served as soon as it reports.
	 */
	default void neverReady() {
	}

	/**
	 * Tells whether the client keeps its position and comes back with it, as an
	 * {@code EventSource} does. Such a client is sent the ids that the stream assigns to
	 * events, blocks with an id and no data, which dispatch nothing (WHATWG 9.2.6), and a
	 * reconnection time at shutdown. Any other client is sent only what the publisher has
	 * published, gap events, and comments as heartbeats. Called once, on the thread that
	 * connects the client.
	 * @return whether it does; {@code true} by default
	 */
	default boolean keepsPositions() {
		return true;
	}

	/**
	 * Runs a task that calls code of the application for this client alone: its
	 * publisher, a history or filters. A transport that knows the context of the client,
	 * such as a request and its thread locals, sets it for the duration of the task and
	 * restores the thread afterwards. May be called on any thread. What the task throws
	 * is thrown on.
	 * @param task the task, to be run once, on the calling thread
	 */
	default void runInContext(Runnable task) {
		task.run();
	}

	/**
	 * Tells whether the response waits for the first signal of the client's own
	 * publisher. If so, nothing is sent before {@link #publisherStarted()}.
	 * @return whether it does; {@code false} by default
	 */
	default boolean awaitsPublisher() {
		return false;
	}

	/**
	 * Called once when the call that subscribes to the client's own publisher has
	 * returned. May be called on any thread.
	 */
	default void publisherCalled() {
	}

	/**
	 * Called once when the client's own publisher has emitted its first event or has
	 * completed, or has done neither within {@link ConnectionSettings#responseDelay()}.
	 * May be called on any thread.
	 */
	default void publisherStarted() {
	}

	/**
	 * Called if the client's own publisher has failed, before the response ends. May be
	 * called on any thread.
	 * @param cause the failure
	 * @return whether the client is answered with the failure, so that nothing else is
	 * sent to it; {@code false} by default
	 */
	default boolean publisherFailed(Throwable cause) {
		return false;
	}

	/**
	 * Ends the response. Called once, after the last write, whatever the reason; must
	 * neither block nor throw.
	 */
	void complete();

	/**
	 * Ends the response. By default, calls {@link #complete()}. The reason tells, for
	 * example, that a client has taken nothing for too long, so that what is left need
	 * not be sent to it.
	 * @param reason why the connection ends
	 */
	default void complete(CloseReason reason) {
		complete();
	}

}
