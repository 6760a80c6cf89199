package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by {@link EventChannel#publish} if the store that instances share has not
 * confirmed the event. The event was not published, unless the store took it and only the
 * confirmation was lost. So whoever publishes it again may publish it twice.
 */
public class EventPublicationException extends IllegalStateException {

	/**
	 * Creates an exception.
	 * @param message what has failed
	 * @param cause the cause, or {@code null}
	 */
	public EventPublicationException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
