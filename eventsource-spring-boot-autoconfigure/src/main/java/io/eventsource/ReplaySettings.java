package io.eventsource;

/**
 * Which events a client gets that were published before it connected, and how it is told
 * about those that it cannot get. Immutable.
 *
 * @param initial how many of the latest events a client without a last event id gets
 * first
 * @param historyMaxEvents the maximum number of events that a client is given from an
 * {@link EventHistory}
 * @param gapEvent the type of the event that tells a client that events are missing;
 * empty for none
 */
public record ReplaySettings(int initial, int historyMaxEvents, String gapEvent) {

	/**
	 * Checks the settings.
	 * @throws IllegalArgumentException if a value is out of its range; the message starts
	 * with the name of the property
	 */
	public ReplaySettings {
		SettingCheck.require(historyMaxEvents > 0, "history.max-events", "must be at least 1", historyMaxEvents);
		SettingCheck.require(gapEvent.indexOf('\n') < 0 && gapEvent.indexOf('\r') < 0, "gap-event",
				"must not have a line break", LogSanitizer.quote(gapEvent));
	}

}
