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
 * Makes events of what a publisher emits, and encodes them. What cannot be sent is
 * reported to the listener of the stream, and clients are told that it is missing.
 * Thread-safe.
 */
public final class EventTranslator {

	private final StreamContext context;

	private final FrameEncoder encoder;

	private final Function<Object, Event> mapping;

	/**
	 * Makes a translator.
	 * @param mapping makes an event of an element; it throws
	 * {@link IllegalArgumentException} for one that cannot be an event
	 */
	public EventTranslator(StreamContext context, FrameEncoder encoder, Function<Object, Event> mapping) {
		this.context = context;
		this.encoder = encoder;
		this.mapping = mapping;
	}

	/**
	 * Encodes an event for a publisher that waits to be told what is wrong with it.
	 * @throws IllegalArgumentException if the event cannot be sent
	 */
	EncodedEvent encode(Event event) {
		return this.encoder.encode(event);
	}

	/**
	 * Makes an event of an element, and encodes it.
	 * @return the event, or what tells clients that it is missing if it cannot be sent
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
			// Not the failure of the publisher, whose next event may be fine
			return reject(element, ex, "none could be made of what was published: " + ex, ex);
		}
	}

	/**
	 * Reports that an event cannot be sent.
	 * @return what tells clients that it is missing
	 */
	EncodedEvent reject(Object element, Throwable cause, @Nullable String message, @Nullable Throwable logged) {
		String stream = this.context.name();
		this.context.supervisor()
			.failed(Callee.WRITER, () -> "Stream '" + stream + "' leaves out an event: " + message, logged, cause);
		this.context.supervisor().tell((listener) -> listener.eventRejected(stream, element, cause));
		return gap(GapCause.REJECTED);
	}

	/**
	 * How many bytes the largest event takes in the log that the settings allow.
	 */
	long largest() {
		return this.encoder.weight(this.context.settings().buffer().maxEventSize());
	}

	/**
	 * What tells clients that events are missing in the place that it has in the log.
	 */
	EncodedEvent gap(GapCause cause) {
		return EncodedEvent.gap(cause, FrameEncoder.gap(this.context.settings().replay().gapEvent(), cause, null));
	}

}
