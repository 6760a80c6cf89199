package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by {@link EventChannel#publish} where the store that instances share did not
 * confirm the event. It was not published, unless the store took it and its answer was
 * lost on the way; so one who publishes again may publish twice.
 */
public class EventPublicationException extends IllegalStateException {

	/**
	 * Makes an exception.
	 * @param message what failed
	 * @param cause why, or {@code null}
	 */
	public EventPublicationException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
