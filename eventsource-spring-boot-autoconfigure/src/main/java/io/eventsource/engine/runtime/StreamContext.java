package io.eventsource.engine.runtime;

import java.util.function.LongSupplier;

import io.eventsource.EventClient;
import io.eventsource.GapCause;
import io.eventsource.StreamSettings;
import org.jspecify.annotations.Nullable;

/**
 * What all parts of one stream share. It never changes, and knows none of them.
 *
 * @param name the name of the stream, for messages
 * @param settings the settings
 * @param personal whether the stream serves one client alone, whose pace is then the
 * publisher's
 * @param supervisor handles the failures of code that is not the engine's
 * @param calls the calls of the application's code that are made for the stream
 * @param clock the clock of the dispatcher, in nanoseconds
 */
public record StreamContext(String name, StreamSettings settings, boolean personal, Supervisor supervisor,
		ApplicationCalls calls, LongSupplier clock) {

	/**
	 * Tells the listener that a client cannot be given events.
	 * @param missed how many they are; {@code null} if that is not known
	 */
	public void missed(EventClient client, GapCause cause, @Nullable Long missed) {
		this.supervisor.tell((listener) -> listener.eventsMissed(client, cause, missed));
	}

}
