package io.eventsource;

import org.reactivestreams.Publisher;

/**
 * Makes the events of a stream for each client alone, such as the notifications of a
 * user. A bean of this type is served like a publisher of events.
 */
@FunctionalInterface
public interface PersonalStream {

	/**
	 * Makes the publisher for one client. It is subscribed to once, asked for no more
	 * than the client reads, and cancelled when the client goes. Called on a thread that
	 * may block, by several such threads at once for different clients.
	 * @param client the client; where {@link EventClient#lastEventId()} is an id that the
	 * application has given an event, the publisher should go on behind that event,
	 * unless the stream has an {@link EventHistory}, which is asked for what the client
	 * has missed
	 * @return the publisher
	 */
	Publisher<Event> create(EventClient client);

	/**
	 * Tells whether the publishers go on behind the last event of their clients, whatever
	 * the id of that is. Then the client is told of no gap when it comes back, and no
	 * {@link EventHistory} is asked. Otherwise one is asked where the stream has any; and
	 * where it has none, publishers are expected to go on behind an id that the
	 * application has given, and a client that comes back with another is told of a gap.
	 * @return whether they do; {@code false} by default
	 * @see #resuming
	 */
	default boolean resumes() {
		return false;
	}

	/**
	 * Says that publishers go on behind the last event of their clients, also where there
	 * is an {@link EventHistory}. All their events need ids of the application's, unless
	 * each publisher begins with the present state, so that nothing of what a client has
	 * missed matters any more. A publisher may begin with an event that has an id and no
	 * data: a browser keeps that id, and a client that is cut off before it is sent an
	 * event misses nothing either.
	 * @param stream makes the publishers
	 * @return a stream that {@link #resumes}
	 */
	static PersonalStream resuming(PersonalStream stream) {
		return new PersonalStream() {

			@Override
			public Publisher<Event> create(EventClient client) {
				return stream.create(client);
			}

			@Override
			public boolean resumes() {
				return true;
			}

		};
	}

}
