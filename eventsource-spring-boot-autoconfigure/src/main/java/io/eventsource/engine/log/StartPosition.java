package io.eventsource.engine.log;

import io.eventsource.GapCause;
import org.jspecify.annotations.Nullable;

/**
 * Where a client starts in the log, and what it must be told first.
 *
 * @param position the position of the first event it gets
 * @param gap why something is missing, or {@code null} if nothing is
 * @param missed how many events are missing, where that is known
 */
public record StartPosition(long position, @Nullable GapCause gap, @Nullable Long missed) {

	/**
	 * A start before which nothing is missing.
	 */
	public static StartPosition at(long position) {
		return new StartPosition(position, null, null);
	}

}
