package io.eventsource.engine;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.eventsource.Event;
import io.eventsource.engine.Faults.Place;
import org.reactivestreams.Subscriber;

/**
 * A publisher that fails where a test wants it to, and emits on a thread of its own.
 */
final class FaultySource extends ManualPublisher implements AutoCloseable {

	private final Faults faults;

	private final ExecutorService emitter = Executors.newSingleThreadExecutor();

	FaultySource(Faults faults) {
		this.faults = faults;
	}

	@Override
	public void onSubscribe(Link link) {
		this.faults.at(Place.PUBLISHER_SUBSCRIBE);
		super.onSubscribe(link);
	}

	@Override
	public void onRequest(Link link, long n) {
		this.faults.at(Place.PUBLISHER_REQUEST);
	}

	@Override
	public void onCancel(Link link) {
		this.faults.at(Place.PUBLISHER_CANCEL);
	}

	/**
	 * Emits an event to the newest subscriber, without waiting for it.
	 */
	void emitLater(Event event) {
		this.emitter.execute(() -> {
			Subscriber<? super Event> subscriber = link().subscriber();
			subscriber.onNext(event);
		});
	}

	void failLater() {
		this.emitter.execute(() -> fail(new IllegalStateException("the publisher fails")));
	}

	@Override
	public void close() {
		this.emitter.shutdownNow();
	}

}
