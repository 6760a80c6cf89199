package io.eventsource.autoconfigure;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Supplier;

import io.eventsource.Event;
import io.eventsource.EventTopics;
import io.eventsource.PersonalStream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.http.codec.ServerSentEvent;

/**
 * Distinguishes streams from other types: a publisher of another or an unknown type is
 * not a stream.
 */
class StreamTypes {

	/** Types that may return a stream, with the type parameter that declares it. */
	private static final Map<Class<?>, Integer> HOLDERS = Map.of(Supplier.class, 0, Callable.class, 0, Optional.class,
			0, Iterable.class, 0, Map.class, 1, Function.class, 1);

	private final ReactiveAdapterRegistry adapters = ReactiveAdapterRegistry.getSharedInstance();

	boolean isStream(ResolvableType type) {
		// Spring considers an unknown type assignable to any other
		if (type.resolve() == null) {
			return false;
		}
		if (type.as(PersonalStream.class) != ResolvableType.NONE || type.as(EventTopics.class) != ResolvableType.NONE) {
			return true;
		}
		ResolvableType element = element(type);
		Class<?> published = (element != null) ? element.resolve() : null;
		return published != null
				&& (Event.class.isAssignableFrom(published) || ServerSentEvent.class.isAssignableFrom(published));
	}

	/**
	 * Explains why a type that looks like a stream is not one.
	 * @return the reason, or {@code null} if it is a stream or does not look like one
	 */
	@Nullable String obstacle(ResolvableType type) {
		if (type.resolve() == null || isStream(type)) {
			return null;
		}
		ResolvableType element = element(type);
		if (element != null) {
			if (isStream(element)) {
				return "publishes streams instead of events";
			}
			return (publishesMany(type) && element.resolve(Object.class) == Object.class)
					? "does not say what it publishes; declare its type as, for example, Flux<Event>" : null;
		}
		for (Map.Entry<Class<?>, Integer> holder : HOLDERS.entrySet()) {
			ResolvableType held = type.as(holder.getKey()).getGeneric(holder.getValue());
			if (held != ResolvableType.NONE && isStream(held)) {
				return "only holds or creates a stream; declare the stream itself as a bean, or a PersonalStream to "
						+ "create one for each client";
			}
		}
		return null;
	}

	/**
	 * What a type publishes; {@code null} if it is no publisher.
	 */
	private @Nullable ResolvableType element(ResolvableType type) {
		Class<?> publisher = publisher(type);
		return (publisher != null) ? type.as(publisher).getGeneric(0) : null;
	}

	private @Nullable Class<?> publisher(ResolvableType type) {
		if (type.as(Publisher.class) != ResolvableType.NONE) {
			return Publisher.class;
		}
		if (type.as(Flow.Publisher.class) != ResolvableType.NONE) {
			return Flow.Publisher.class;
		}
		ReactiveAdapter adapter = adapter(type);
		return (adapter != null) ? adapter.getReactiveType() : null;
	}

	private boolean publishesMany(ResolvableType type) {
		ReactiveAdapter adapter = adapter(type);
		return adapter == null || (adapter.isMultiValue() && !adapter.isNoValue());
	}

	private @Nullable ReactiveAdapter adapter(ResolvableType type) {
		Class<?> raw = type.resolve();
		return (raw != null) ? this.adapters.getAdapter(raw) : null;
	}

}
