package io.eventsource;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * Hands events to an ordinary subscriber as they are.
 */
final class SubscriberReceiver implements EventReceiver<Event> {

	private final Subscriber<? super Event> subscriber;

	SubscriberReceiver(Subscriber<? super Event> subscriber) {
		this.subscriber = subscriber;
	}

	@Override
	public void onSubscribe(BufferedSubscription subscription) {
		this.subscriber.onSubscribe(subscription);
	}

	@Override
	public Event encode(Event event) {
		return event;
	}

	@Override
	public Event encodeOrReplace(Event event) {
		return event;
	}

	@Override
	public @Nullable Event gap(GapCause cause) {
		return null;
	}

	@Override
	public long size(Event event) {
		return event.size();
	}

	@Override
	public boolean admits(long waiting, long reserved) {
		return waiting <= WaitingEvents.MEMORY;
	}

	@Override
	public void reserve(long bytes) {
	}

	@Override
	public long room() {
		return Long.MAX_VALUE;
	}

	@Override
	public boolean fits(Event event) {
		return true;
	}

	@Override
	public void accept(Event event) {
		this.subscriber.onNext(event);
	}

	@Override
	public void onHeldBack() {
	}

	@Override
	public void onError(Throwable cause) {
		this.subscriber.onError(cause);
	}

	@Override
	public void onComplete() {
		this.subscriber.onComplete();
	}

}
