package io.eventsource.web;

import java.util.concurrent.Flow;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.http.codec.ServerSentEvent;

/**
 * Turns any type that emits values into a publisher of events.
 */
final class Publishers {

	private Publishers() {
	}

	/**
	 * Adapts a source.
	 */
	static Publisher<?> of(Object source) {
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

	/**
	 * Gives a publisher with a subscription for each client the context of its client, if
	 * possible.
	 */
	static Publisher<?> inContext(Publisher<?> publisher) {
		if (publisher instanceof EventChannel || !RequestContext.isWritten()) {
			return publisher;
		}
		return (subscriber) -> RequestContext.write(publisher).subscribe(subscriber);
	}

	/**
	 * Converts an element to an event: an event is used unchanged, one of Spring's is
	 * translated, and any other element becomes the data of an event.
	 */
	static Event event(Object element) {
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

}
