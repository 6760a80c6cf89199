package io.eventsource;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/**
 * A publisher that keeps a queue of events for each of its subscribers, and hands them to
 * a receiver in the form in which it takes them. The engine subscribes in this way to
 * each publisher that can do so; to others, an {@link EventChannel} is an ordinary
 * publisher.
 */
public interface BufferingPublisher extends Publisher<Event> {

	@Override
	default void subscribe(Subscriber<? super Event> subscriber) {
		Objects.requireNonNull(subscriber, "The subscriber must not be null (Reactive Streams 1.9)");
		subscribe(new SubscriberReceiver(subscriber));
	}

	/**
	 * Adds a receiver.
	 * @param receiver the receiver of all events that are published from now on
	 * @param <E> the form in which the receiver takes events
	 */
	<E> void subscribe(EventReceiver<E> receiver);

	/**
	 * Returns the store that the events come from.
	 * @return the store, or {@code null} if they come from this process alone
	 */
	@Nullable EventStore store();

	/**
	 * Returns the history that reads older events from the store.
	 * @return the history, or {@code null} if there is no store
	 */
	@Nullable EventHistory history();

}
