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
 * Turns whatever emits values into a publisher of events.
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
	 * Has a publisher that each client subscribes to for itself know the context of its
	 * client, where it can.
	 */
	static Publisher<?> inContext(Publisher<?> publisher) {
		if (publisher instanceof EventChannel || !RequestContext.isWritten()) {
			return publisher;
		}
		return (subscriber) -> RequestContext.write(publisher).subscribe(subscriber);
	}

	/**
	 * Makes an event of an element: one that is an event is taken as it is, one of
	 * Spring's is translated, and any other is the data of an event.
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
