package io.eventsource.web;

import java.util.function.Supplier;

import io.eventsource.EventHistory;
import org.jspecify.annotations.Nullable;

/**
 * Where the events of a stream come from.
 *
 * @param publisher supplies the publisher when the endpoint starts: a
 * {@link org.reactivestreams.Publisher} or {@link java.util.concurrent.Flow.Publisher},
 * another type known to Spring's
 * {@link org.springframework.core.ReactiveAdapterRegistry}, or a
 * {@link io.eventsource.PersonalStream}
 * @param perClient whether the publisher is subscribed to for each client, as that of a
 * personal stream always is
 * @param history knows the events that the log does not have any more, or {@code null}
 */
public record PublisherDefinition(Supplier<Object> publisher, boolean perClient, @Nullable EventHistory history) {

}
