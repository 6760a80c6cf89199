package io.eventsource.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import io.eventsource.Event;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A publisher whose signals the test sends by hand, whether the rules allow them or not.
 * Records what is asked of it and on which threads.
 */
public class ManualPublisher implements Publisher<Event> {

	private final List<Link> links = new CopyOnWriteArrayList<>();

	private final List<String> threads = new CopyOnWriteArrayList<>();

	@Override
	public void subscribe(Subscriber<? super Event> subscriber) {
		this.threads.add("subscribe on " + Thread.currentThread().getName());
		Link link = new Link(subscriber);
		this.links.add(link);
		onSubscribe(link);
	}

	/**
	 * What happens in {@code subscribe}: by default the first signal and nothing more.
	 */
	public void onSubscribe(Link link) {
		link.subscriber().onSubscribe(link);
	}

	/**
	 * What happens in {@code request}: by default nothing.
	 */
	public void onRequest(Link link, long n) {
	}

	/**
	 * What happens in {@code cancel}: by default nothing.
	 */
	public void onCancel(Link link) {
	}

	/**
	 * How often the publisher was subscribed to.
	 */
	public int subscriptions() {
		return this.links.size();
	}

	public void awaitSubscriptions(int count) {
		TestEngine.await().until(() -> subscriptions() == count);
	}

	/**
	 * Waits until the newest subscriber has asked for events.
	 */
	public void awaitRequest() {
		TestEngine.await().until(() -> subscriptions() > 0 && !link().requests().isEmpty());
	}

	/**
	 * The newest subscription.
	 */
	public Link link() {
		return this.links.get(this.links.size() - 1);
	}

	public void emit(Object... data) {
		for (Object each : data) {
			link().subscriber().onNext(Event.of(each));
		}
	}

	public void complete() {
		link().subscriber().onComplete();
	}

	public void fail(Throwable failure) {
		link().subscriber().onError(failure);
	}

	/**
	 * Each call with the name of its thread.
	 */
	public List<String> threads() {
		return List.copyOf(this.threads);
	}

	/**
	 * One subscription.
	 */
	public class Link implements Subscription {

		private final Subscriber<? super Event> subscriber;

		private final List<Long> requests = new ArrayList<>();

		private boolean requesting;

		private boolean overlapping;

		private volatile int cancellations;

		public Link(Subscriber<? super Event> subscriber) {
			this.subscriber = Objects.requireNonNull(subscriber);
		}

		@Override
		public void request(long n) {
			ManualPublisher.this.threads.add("request on " + Thread.currentThread().getName());
			synchronized (this) {
				this.overlapping |= this.requesting;
				this.requesting = true;
				this.requests.add(n);
			}
			try {
				onRequest(this, n);
			}
			finally {
				synchronized (this) {
					this.requesting = false;
				}
			}
		}

		@Override
		public void cancel() {
			ManualPublisher.this.threads.add("cancel on " + Thread.currentThread().getName());
			this.cancellations++;
			onCancel(this);
		}

		public Subscriber<? super Event> subscriber() {
			return this.subscriber;
		}

		/**
		 * How much was asked for in all.
		 */
		public synchronized long requested() {
			return this.requests.stream().mapToLong(Long::longValue).sum();
		}

		public synchronized List<Long> requests() {
			return List.copyOf(this.requests);
		}

		/**
		 * Whether a request began before another had returned (Reactive Streams 2.7).
		 */
		public synchronized boolean hasOverlappingRequests() {
			return this.overlapping;
		}

		public int cancellations() {
			return this.cancellations;
		}

	}

}
