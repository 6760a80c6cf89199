package io.eventsource;

import org.reactivestreams.Publisher;

/**
 * A stream with a publisher of its own for each client. A bean of this type is served
 * like a publisher of events.
 */
@FunctionalInterface
public interface PersonalStream {

	/**
	 * Creates the publisher for one client. It is subscribed to once, asked for no more
	 * than the client reads, and cancelled when the client leaves. Called on a thread
	 * that may block, and concurrently for different clients.
	 * @param client the client; if its {@link EventClient#lastEventId()} is an id that
	 * the application has given to an event, the publisher should continue after that
	 * event, unless the stream has an {@link EventHistory}, which supplies what the
	 * client has missed
	 * @return the publisher
	 */
	Publisher<Event> create(EventClient client);

	/**
	 * Tells whether the publishers continue after the last event of their clients,
	 * whatever its id is. If so, a client that comes back is not told about a gap, and no
	 * {@link EventHistory} is asked. If not, the {@link EventHistory} of the stream is
	 * asked. Without one, publishers are expected to continue after an id that the
	 * application has assigned, and a client with any other id is told about a gap.
	 * @return whether they do; {@code false} by default
	 * @see #resuming
	 */
	default boolean resumes() {
		return false;
	}

	/**
	 * Declares that the publishers of a stream continue after the last event of their
	 * clients, even if there is an {@link EventHistory}. All their events need ids that
	 * the application assigns, unless each publisher begins with the current state, so
	 * that it does not matter what a client has missed. A publisher may begin with an
	 * event that has an id and no data: a browser keeps that id, so that a client which
	 * is cut off before its first event misses nothing either.
	 * @param stream creates the publishers
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
