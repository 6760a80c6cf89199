package io.eventsource;

/**
 * Says which client may see which event. Declare a bean of this type for all streams, or
 * for one by naming it in a {@code @Qualifier}. Where there are several for a stream, all
 * must agree.
 * <p>
 * Replayed events, and those of an {@link EventHistory}, are asked about exactly as live
 * ones are. A stream with filters keeps the data of its events for as long as its log
 * keeps them.
 */
@FunctionalInterface
public interface EventFilter {

	/**
	 * Tells whether a client may see an event. Called for each event and each client on
	 * the threads that serve all clients, so that it must not block; by several of them
	 * at once. If it throws, the client does not see the event.
	 * @param event the event, as it was published
	 * @param client the client
	 * @return whether the client may see the event
	 */
	boolean test(Event event, EventClient client);

}
