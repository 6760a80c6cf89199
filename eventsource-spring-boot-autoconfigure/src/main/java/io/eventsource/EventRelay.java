package io.eventsource;

import java.util.List;

/**
 * Takes the events of one channel to where all instances of an application get them from,
 * in one order, and hands on what comes from there. The channel's own publisher sees its
 * events in no other way.
 */
public interface EventRelay {

	/**
	 * Publishes an event to all instances. Returns once it is taken. May block.
	 * @param event the event
	 * @throws IllegalArgumentException if the event cannot be published
	 * @throws EventPublicationException if nothing has confirmed it
	 */
	void publish(Event event);

	/**
	 * Begins to hand on what is published from now on: to a stream that has begun, on a
	 * thread that may block for a moment.
	 * @param receiver who is handed the events
	 */
	void attach(Receiver receiver);

	/**
	 * Ends that. Never blocks.
	 */
	void detach();

	/**
	 * Tells whether events can come in.
	 * @return whether they can, as far as is known
	 */
	boolean isConnected();

	/**
	 * Tells whether an id looks like one of those that this relay gives.
	 * @param id an id, as sent by a client and not to be trusted
	 * @return whether it does
	 */
	boolean isOwn(String id);

	/**
	 * Returns what knows the events that a stream does not have any more.
	 * @return the history
	 */
	EventHistory history();

	/**
	 * The channel, as its relay sees it. {@code preload}, {@code deliver} and
	 * {@code missed} are called by one thread at a time, and never wait.
	 */
	interface Receiver {

		/**
		 * Checks that an event could be sent to the clients of this instance.
		 * @param event the event
		 * @throws IllegalArgumentException if it could not
		 */
		void check(Event event);

		/**
		 * Returns how many bytes the block of an event may have.
		 * @return the number; that of any stream that takes the events
		 */
		int maxEventSize();

		/**
		 * Returns how many events a stream keeps for clients that resume.
		 * @return the number
		 */
		int capacity();

		/**
		 * Returns how many bytes of events a stream keeps.
		 * @return the number
		 */
		long memory();

		/**
		 * Gives the streams that have not been given any event what came before, for
		 * clients that resume. To those that are connected it is not sent.
		 * @param events the latest events, oldest first, each with its id
		 * @param late whether clients that are connected may have missed some of these,
		 * which they are told
		 */
		void preload(List<Event> events, boolean late);

		/**
		 * Returns how many events can be delivered before others have been sent on, if
		 * they are about as large as those before. Where they are larger, this is zero
		 * before so many were delivered, and the rest is to be delivered later.
		 * @return the number
		 */
		int room();

		/**
		 * Hands on an event.
		 * @param event the event, with its id
		 */
		void deliver(Event event);

		/**
		 * Tells the clients that events are missing before what is delivered next.
		 * @param cause why
		 */
		void missed(GapCause cause);

		/**
		 * Tells whether a stream has an event for clients that resume.
		 * @param id the id of the event
		 * @return whether it does
		 */
		boolean has(String id);

	}

}
