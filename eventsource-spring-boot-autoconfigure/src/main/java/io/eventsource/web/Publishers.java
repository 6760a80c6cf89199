package io.eventsource.web;

import java.util.concurrent.Flow;
import java.util.function.Function;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.http.codec.ServerSentEvent;

/**
 * Turns whatever emits values into a publisher of events.
 */
final class Publishers {

	private static final Log logger = LogFactory.getLog(Publishers.class);

	private static final Subscription NO_SUBSCRIPTION = new Subscription() {

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
		}

	};

	private Publishers() {
	}

	/**
	 * Adapts a source. Its elements are taken as they are if they are events, translated
	 * if they are Spring's, and are the data of an event otherwise.
	 */
	static Publisher<Event> events(Object source) {
		if (source instanceof EventChannel channel) {
			return channel;
		}
		Publisher<?> publisher = publisher(source);
		return (subscriber) -> publisher.subscribe(new MappingSubscriber<>(subscriber, Publishers::event));
	}

	private static Publisher<?> publisher(Object source) {
		if (source instanceof Publisher<?> publisher) {
			return publisher;
		}
		if (source instanceof Flow.Publisher<?> publisher) {
			return FlowAdapters.toPublisher(publisher);
		}
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(source.getClass());
		if (adapter == null) {
			throw new IllegalArgumentException("An event stream needs a publisher, or a type known to Spring's "
					+ "ReactiveAdapterRegistry; got " + source.getClass().getName());
		}
		return adapter.toPublisher(source);
	}

	private static Event event(Object element) {
		if (element instanceof Event event) {
			return event;
		}
		return (element instanceof ServerSentEvent<?> event) ? event(event) : Event.of(element);
	}

	private static Event event(ServerSentEvent<?> source) {
		Event.Builder event = Event.builder();
		if (source.id() != null && !source.id().isEmpty()) {
			event.id(source.id());
		}
		if (source.event() != null) {
			event.type(source.event());
		}
		if (source.retry() != null) {
			event.retry(source.retry());
		}
		if (source.comment() != null) {
			event.comment(source.comment());
		}
		if (source.data() != null) {
			event.data(source.data());
		}
		return event.build();
	}

	/**
	 * Maps the elements on their way; all else passes through.
	 */
	private static final class MappingSubscriber<T> implements Subscriber<T> {

		private final Subscriber<? super Event> target;

		private final Function<Object, Event> mapping;

		private Subscription subscription = NO_SUBSCRIPTION;

		MappingSubscriber(Subscriber<? super Event> target, Function<Object, Event> mapping) {
			this.target = target;
			this.mapping = mapping;
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.subscription = subscription;
			this.target.onSubscribe(subscription);
		}

		@Override
		public void onNext(T element) {
			Event event;
			try {
				event = this.mapping.apply(element);
			}
			catch (IllegalArgumentException ex) {
				logger.warn("An element cannot be an event and is left out: " + ex.getMessage());
				this.subscription.request(1);
				return;
			}
			this.target.onNext(event);
		}

		@Override
		public void onError(Throwable cause) {
			this.target.onError(cause);
		}

		@Override
		public void onComplete() {
			this.target.onComplete();
		}

	}

}
