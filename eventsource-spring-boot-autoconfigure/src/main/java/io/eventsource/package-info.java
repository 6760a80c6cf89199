/**
 * Server-Sent Events without a framework: what applications publish, implement and
 * inject. A published event is encoded once into a ring of frames, and every client is a
 * position in that ring; {@code docs/architecture.md} has the picture.
 *
 * <p>
 * The public types are the contract. It imports nothing of the engine, whose only entry
 * point is {@link io.eventsource.engine.EventStream}.
 */
@NullMarked
package io.eventsource;

import org.jspecify.annotations.NullMarked;
