package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * Takes the events of a {@link BufferingPublisher} in a form of its own, in which they
 * wait until it has room for them. The streams of the engine are such receivers.
 * <p>
 * {@code encode}, {@code size}, {@code admits}, {@code reserve} and {@code room} may be
 * called by any thread; the signals, which are {@code accept}, {@code onError} and
 * {@code onComplete}, by one thread at a time.
 *
 * @param <E> the form in which the receiver takes events
 */
public interface EventReceiver<E> {

	/**
	 * Hands over the subscription, before anything else is called.
	 * @param subscription the subscription
	 */
	void onSubscribe(BufferedSubscription subscription);

	/**
	 * Encodes an event on the thread that publishes it, so that its publisher learns what
	 * is wrong with it.
	 * @param event the event
	 * @return the encoded event
	 * @throws IllegalArgumentException if the receiver cannot take the event
	 */
	E encode(Event event);

	/**
	 * Encodes an event whose publisher cannot be told any more what is wrong with it.
	 * @param event the event
	 * @return the encoded event, or what takes its place if the receiver cannot take it
	 */
	E encodeOrReplace(Event event);

	/**
	 * Returns what takes the place of events that are missing.
	 * @param cause why they are missing
	 * @return what is to be accepted in their place, or {@code null} for nothing
	 */
	@Nullable E gap(GapCause cause);

	/**
	 * Returns how many bytes an encoded event takes in memory.
	 * @param encoded the encoded event
	 * @return the number of bytes
	 */
	long size(E encoded);

	/**
	 * Returns whether so many bytes of events may wait for the receiver. The first event
	 * may always wait, and is not asked about.
	 * @param waiting how many bytes would wait
	 * @param reserved how many of these were reserved before
	 * @return whether they may
	 */
	boolean admits(long waiting, long reserved);

	/**
	 * Reserves memory for encoded events that wait. An event that is accepted is not
	 * released before: the receiver does that itself.
	 * @param bytes how many bytes more wait, or less if negative
	 */
	void reserve(long bytes);

	/**
	 * Returns how many events of the usual size there is memory for.
	 * @return the number of events
	 */
	long room();

	/**
	 * Returns whether the receiver can accept an event now. If not, it resumes the
	 * subscription when it may have room.
	 * @param encoded the encoded event
	 * @return whether it can
	 */
	boolean fits(E encoded);

	/**
	 * Accepts an event that was asked for.
	 * @param encoded the encoded event, whose bytes were reserved
	 */
	void accept(E encoded);

	/**
	 * Takes note that nothing could be signalled for now, as for want of memory. The
	 * receiver is to resume the subscription later.
	 */
	void onHeldBack();

	/**
	 * Takes note that the subscription has failed; nothing follows.
	 * @param cause the cause
	 */
	void onError(Throwable cause);

	/**
	 * Takes note that the publisher has completed; nothing follows.
	 */
	void onComplete();

	/**
	 * Returns what keeps events for clients that resume.
	 * @return the buffer, or {@code null} if the receiver has none
	 */
	default @Nullable ReplayBuffer replayBuffer() {
		return null;
	}

}
