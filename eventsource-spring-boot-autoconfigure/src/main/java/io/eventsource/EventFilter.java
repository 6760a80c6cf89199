package io.eventsource;

/**
 * Decides which client may see which event. Declare a bean of this type for all streams,
 * or for one that you name in a {@code @Qualifier}. If a stream has several filters, an
 * event is shown only if all of them agree.
 * <p>
 * Replayed events and those of an {@link EventHistory} are filtered in the same way as
 * live ones. A stream with filters keeps the data of its events as long as its log keeps
 * the events.
 */
@FunctionalInterface
public interface EventFilter {

	/**
	 * Tells whether a client may see an event. Called for each event and each client on
	 * the threads that serve all clients, by several of them concurrently, so it must not
	 * block. If it throws, the client does not see the event.
	 * @param event the event, as it was published
	 * @param client the client
	 * @return whether the client may see the event
	 */
	boolean test(Event event, EventClient client);

}
