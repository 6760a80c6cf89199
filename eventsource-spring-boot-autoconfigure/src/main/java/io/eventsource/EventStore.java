package io.eventsource;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the events of one channel in a place that all instances of an application share.
 * The store gives the events one order and each an id, and hands to every instance what
 * any instance appends. Each instance has an object of this type, and a channel over it
 * ({@link EventChannel#over}), which checks events and turns their data into text before
 * they are appended, and answers clients that come back.
 * <p>
 * Any thread may call these methods, also several at once.
 */
public interface EventStore {

	/**
	 * Appends an event, and returns once the store has confirmed it. May block. The store
	 * gives the event an id that no other event has or had, and that says nothing about
	 * the event.
	 * @param event an event without an id, whose data is text or {@code null}
	 * @throws EventPublicationException if the store has not confirmed the event
	 */
	void append(Event event);

	/**
	 * Begins to hand events to a receiver: first the latest ones, then each event that
	 * any instance appends after those, once and in the order of the store. An earlier
	 * receiver gets nothing more. May block for a moment. If the store cannot be reached,
	 * this method returns nevertheless, and the store begins as soon as it can be
	 * reached.
	 * @param receiver the receiver
	 * @param count how many of the latest events the receiver can use, at least 1
	 * @param bytes how many bytes of these the receiver can use, as a guide
	 */
	void tail(Receiver receiver, int count, long bytes);

	/**
	 * Stops handing events to the receiver, if there is one. Neither blocks nor waits for
	 * a call of the receiver that is under way: whatever the receiver is still given, it
	 * ignores. Events can be appended and read as before.
	 */
	void stop();

	/**
	 * Returns events after the one with an id, oldest first. May block, and may throw any
	 * exception if the store cannot be reached.
	 * @param id an id, as sent by a client and not to be trusted
	 * @param limit how many events to return at most, at least 1; a store may return
	 * fewer, but not none if there are any
	 * @return the events, none if that event is the last one; {@code null} if the store
	 * does not have that event, or not all events after it
	 */
	@Nullable List<Event> after(String id, int limit);

	/**
	 * Tells whether an id has the form of those that this store gives. Never blocks.
	 * @param id an id, as sent by a client and not to be trusted
	 * @return whether it has
	 */
	boolean isOwn(String id);

	/**
	 * Tells whether one event came before another one, as far as the ids tell. Never
	 * blocks.
	 * @param id the id of an event of this store
	 * @param other an id, as sent by a client and not to be trusted
	 * @return whether it did; {@code false} if that is not known
	 */
	default boolean precedes(String id, String other) {
		return false;
	}

	/**
	 * Tells whether the events that other instances append arrive here. Never blocks.
	 * @return whether they do, as far as is known
	 */
	boolean isConnected();

	/**
	 * Takes the events of a store on one instance. Its methods never wait. Except for
	 * {@link #has}, one thread at a time calls them.
	 */
	interface Receiver {

		/**
		 * Takes the latest events, for clients that come back. Called once, before
		 * anything is delivered. If it is called after {@link EventStore#tail} has
		 * returned, and there are events, clients that have come in between are told that
		 * they may have missed some.
		 * @param latest the latest events, oldest first, each with its id
		 */
		void preload(List<Event> latest);

		/**
		 * Returns how many events can be delivered now, if they are about as large as
		 * those before. If they are larger, this becomes zero earlier, and the others are
		 * to be delivered later.
		 * @return the number of events
		 */
		int room();

		/**
		 * Takes the next event. If this throws, not all clients have got the event: the
		 * store tells them by {@link #missed} for {@link GapCause#UNKNOWN}, and goes on
		 * with the next event.
		 * @param event the event, with its id
		 */
		void deliver(Event event);

		/**
		 * Tells the clients that events are missing before the next one that is
		 * delivered.
		 * @param cause why they are missing
		 */
		void missed(GapCause cause);

		/**
		 * Tells whether an event is still there for clients that come back. A store that
		 * has lost its latest events can find out in this way where to go on.
		 * @param id the id of the event
		 * @return whether it is
		 */
		boolean has(String id);

		/**
		 * Tells that the events have ended: nothing follows, now and later. Only for
		 * topics; the events of a channel do not end.
		 * @param cause what clients are told is missing at the end; {@code null} if
		 * nothing is
		 */
		default void complete(@Nullable GapCause cause) {
		}

	}

}
