package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by an {@link EventHistory} that has what the client missed, but cannot read it
 * at the moment. The response ends, so that the client comes back with the same id, here
 * or to another instance; it is not told that it misses events.
 */
public class HistoryUnavailableException extends IllegalStateException {

	/**
	 * Creates an exception.
	 * @param message why the events cannot be read
	 * @param cause the cause, or {@code null}
	 */
	public HistoryUnavailableException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
