package io.eventsource;

import java.time.Duration;

import org.reactivestreams.Publisher;

/**
 * A publisher of the events that code pushes into it, from any thread. It may have any
 * number of subscribers; each gets all events published while it is subscribed, in one
 * order.
 * <p>
 * The channel is bounded: at most {@code capacity} events wait for a subscriber that has
 * not asked for them yet, and no more bytes than {@code buffer-memory} has room for
 * beside what the log of the stream needs for its clients; one event may always wait. For
 * a subscriber that is no stream these are 16 MB of text; how large other data is, the
 * channel does not know. At the bound {@code publish} waits for the subscriber, but no
 * longer than the publish timeout, and then throws, so that an event is either taken or
 * its publisher knows that it was not. A stream asks for more as fast as the server can
 * write; clients with slow connections do not hold it up.
 * <p>
 * While nobody has subscribed yet, the newest {@code capacity} events, and 16 MB of text
 * at most, are kept for the first subscriber; when all subscribers have gone, events go
 * nowhere.
 * <p>
 * A channel over a store, as {@link EventChannels} make it where instances share one,
 * differs in this: {@code publish} waits for the store and for no subscriber, events come
 * back from there in the order that all instances see, and an event must not have an id
 * of its own, since the store gives it one.
 */
public interface EventChannel extends Publisher<Event> {

	/**
	 * Makes a channel for 1024 waiting events, with a publish timeout of five seconds.
	 * @return the channel
	 */
	static EventChannel create() {
		return new InProcessChannel(InProcessChannel.DEFAULT_CAPACITY, Duration.ofSeconds(5));
	}

	/**
	 * Makes a channel.
	 * @param capacity how many events may wait for a subscriber, at least 1
	 * @param publishTimeout how long {@code publish} waits at that bound;
	 * {@link Duration#ZERO} for not at all
	 * @return the channel
	 */
	static EventChannel create(int capacity, Duration publishTimeout) {
		return new InProcessChannel(capacity, publishTimeout);
	}

	/**
	 * Makes a channel whose events go to a store and come from there.
	 * @param store the store, which takes the events to all instances; no other channel
	 * may use the same object
	 * @param dataWriter writes data that is not text, once for each event, on the thread
	 * that publishes it
	 * @param timeout how long a client that comes back may wait until this instance has
	 * taken from the store what the client has got from another one
	 * @return the channel
	 */
	static EventChannel over(EventStore store, DataWriter dataWriter, Duration timeout) {
		return new StoreChannel(store, dataWriter, timeout);
	}

	/**
	 * Publishes an event of the given type.
	 * @param type the type that clients listen to
	 * @param data text, which is sent as it is, or any object, which is sent as JSON
	 * @throws IllegalArgumentException as {@link #publish(Event)}, or if the type has a
	 * line break
	 * @throws IllegalStateException as {@link #publish(Event)}
	 */
	default void publish(String type, Object data) {
		publish(Event.of(type, data));
	}

	/**
	 * Publishes an event. Returns once it is taken, which is before it is delivered. May
	 * wait at the bound, but never on the threads that serve clients.
	 * @param event the event
	 * @throws IllegalArgumentException if the stream that serves this channel cannot send
	 * the event: its data cannot be written as JSON, or it is larger than
	 * {@code eventsource.max-event-size}; no subscriber gets it then
	 * @throws IllegalStateException if the channel was completed, or stayed full for
	 * longer than the publish timeout
	 * @throws EventPublicationException if the store that instances share has not
	 * confirmed the event
	 */
	void publish(Event event);

	/**
	 * Completes the channel. Subscribers get what is waiting for them and then the end.
	 * Where instances share a store, that is so on this instance alone.
	 */
	void complete();

}
