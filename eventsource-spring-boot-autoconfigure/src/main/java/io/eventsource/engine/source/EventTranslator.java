package io.eventsource.engine.source;

import java.util.Objects;
import java.util.function.Function;

import io.eventsource.Callee;
import io.eventsource.Event;
import io.eventsource.GapCause;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.runtime.StreamContext;
import org.jspecify.annotations.Nullable;

/**
 * Turns the elements that a publisher emits into events, and encodes them. An element
 * that cannot be sent is reported to the listener of the stream, and a gap takes its
 * place, by which clients are told. Thread-safe.
 */
public final class EventTranslator {

	private final StreamContext context;

	private final FrameEncoder encoder;

	private final Function<Object, Event> mapping;

	/**
	 * Makes a translator.
	 * @param mapping turns an element into an event; it throws
	 * {@link IllegalArgumentException} if that is impossible
	 */
	public EventTranslator(StreamContext context, FrameEncoder encoder, Function<Object, Event> mapping) {
		this.context = context;
		this.encoder = encoder;
		this.mapping = mapping;
	}

	/**
	 * Encodes an event whose publisher handles the exception.
	 * @throws IllegalArgumentException if the event cannot be sent
	 */
	EncodedEvent encode(Event event) {
		return this.encoder.encode(event);
	}

	/**
	 * Turns an element into an event, and encodes it.
	 * @return the event, or a gap if the element cannot be sent
	 */
	public EncodedEvent translate(Object element) {
		try {
			return this.encoder
				.encode(Objects.requireNonNull(this.mapping.apply(element), "the mapping returned null"));
		}
		catch (IllegalArgumentException ex) {
			return reject(element, ex, ex.getMessage(), ex.getCause());
		}
		catch (Throwable ex) {
			// The publisher has not failed: its next event may be fine
			return reject(element, ex, "none could be made of what was published: " + ex, ex);
		}
	}

	/**
	 * Reports that an event cannot be sent.
	 * @return the gap that takes its place
	 */
	EncodedEvent reject(Object element, Throwable cause, @Nullable String message, @Nullable Throwable logged) {
		String stream = this.context.name();
		this.context.supervisor()
			.failed(Callee.WRITER, () -> "Stream '" + stream + "' leaves out an event: " + message, logged, cause);
		this.context.supervisor().tell((listener) -> listener.eventRejected(stream, element, cause));
		return gap(GapCause.REJECTED);
	}

	/**
	 * Returns the number of bytes that the largest event takes in the log.
	 */
	long largest() {
		return this.encoder.weight(this.context.settings().buffer().maxEventSize());
	}

	/**
	 * Returns a gap, which tells clients that events are missing at its place in the log.
	 */
	public EncodedEvent gap(GapCause cause) {
		return EncodedEvent.gap(cause, FrameEncoder.gap(this.context.settings().replay().gapEvent(), cause, null));
	}

}
