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
	 * application has given an event, the publisher should go on behind that event
	 * @return the publisher
	 */
	Publisher<Event> create(EventClient client);

}
