package io.eventsource.web;

import java.util.Set;
import java.util.function.Supplier;

import io.eventsource.EventHistory;
import io.eventsource.StreamSettings;
import org.jspecify.annotations.Nullable;

/**
 * A stream that an {@link EventSourceEndpoint} is to serve.
 *
 * @param name the name of the stream
 * @param paths the paths at which it is served, relative to the servlet; may be empty for
 * a stream that is only opened from code
 * @param settings the settings of the stream
 * @param publisher supplies the publisher when the endpoint starts: a
 * {@link org.reactivestreams.Publisher} or {@link java.util.concurrent.Flow.Publisher},
 * another type known to Spring's
 * {@link org.springframework.core.ReactiveAdapterRegistry}, or a
 * {@link io.eventsource.PersonalStream}
 * @param perClient whether the publisher is subscribed to for each client, as that of a
 * personal stream always is
 * @param history who knows the events that the log does not have any more, or
 * {@code null}
 * @param access who may open the stream, and what they see of it
 */
public record StreamDefinition(String name, Set<String> paths, StreamSettings settings, Supplier<Object> publisher,
		boolean perClient, @Nullable EventHistory history, StreamAccess access) {

}
