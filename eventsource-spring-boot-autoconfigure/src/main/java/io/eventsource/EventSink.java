package io.eventsource;

import java.io.IOException;

/**
 * The seam to the transport: where the bytes of one client go. All methods are called by
 * one thread at a time, and only after {@link EventConnection#writable()} was called for
 * the first time, except {@link #complete()}, which may come at any moment.
 */
public interface EventSink {

	/**
	 * Tells whether bytes can be handed over without waiting. Asked anew before each
	 * write and before each flush. Where the answer is no, the transport calls
	 * {@link EventConnection#writable()} as soon as it would be yes.
	 * @return whether the next call of {@code write} or {@code flush} will not block
	 */
	boolean isReady();

	/**
	 * Hands over bytes. They are never changed afterwards, so that a transport may keep
	 * the array; it must not write to it.
	 * @param bytes the array
	 * @param offset where the bytes start
	 * @param length how many they are
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
	 * seconds of the connection's start. A transport that knows that it will not report
	 * readiness any more may fall back to another way of writing; one that is only late
	 * does nothing, and the client is served once it reports.
	 */
	default void neverReady() {
	}

	/**
	 * Tells whether the client keeps its position and comes back with it, as an
	 * {@code EventSource} does. One that does is sent the ids that the stream gives to
	 * events, blocks of an id without data, which dispatch nothing (WHATWG 9.2.6), and a
	 * reconnection time at shutdown. One that does not is sent nothing but what the
	 * publisher has published, gap events, and comments as heartbeats. Called once, on
	 * the thread that connects the client.
	 * @return whether it does; {@code true} by default
	 */
	default boolean keepsPositions() {
		return true;
	}

	/**
	 * Runs a task that calls code of the application for this client alone: its
	 * publisher, a history, filters. A transport that knows the context of the client,
	 * such as a request and its thread locals, has it there for the time of the call, and
	 * leaves the thread as it was. Any thread; what the task throws is thrown.
	 * @param task the task, to be run once, on the calling thread
	 */
	default void runInContext(Runnable task) {
		task.run();
	}

	/**
	 * Tells whether the response waits for the first sign of the publisher, where the
	 * client has one for itself. Then nothing is sent before {@link #publisherStarted()}.
	 * @return whether it does; {@code false} by default
	 */
	default boolean awaitsPublisher() {
		return false;
	}

	/**
	 * Called once if the publisher was subscribed to that the client has for itself, and
	 * the call has returned. Any thread.
	 */
	default void publisherCalled() {
	}

	/**
	 * Called once if the publisher that the client has for itself has emitted its first
	 * event or completed, or if it has done neither within
	 * {@link StreamSettings#responseDelay()}. Any thread.
	 */
	default void publisherStarted() {
	}

	/**
	 * Called if the publisher has failed that the client has for itself, before the
	 * response is ended for that. Any thread.
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
	 * Ends the response like {@link #complete()}, which it calls unless it is overridden,
	 * and says why: what was written and could not be sent yet need not be sent to a
	 * client that has not taken anything for too long.
	 * @param reason why the connection ends
	 */
	default void complete(CloseReason reason) {
		complete();
	}

}
