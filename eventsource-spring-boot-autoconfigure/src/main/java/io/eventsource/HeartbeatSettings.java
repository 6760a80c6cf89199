package io.eventsource;

import java.time.Duration;

/**
 * What is sent on idle connections, by which dead ones are noticed. Immutable.
 *
 * @param interval how long a connection may be idle before something is sent;
 * {@link Duration#ZERO} for no heartbeat
 * @param event the type of the event that is sent, with empty data and without an id, so
 * that a page can see it (WHATWG HTML 9.2.6); empty for a comment, which only proxies and
 * other machines notice
 */
public record HeartbeatSettings(Duration interval, String event) {

	/**
	 * Checks the settings.
	 * @throws IllegalArgumentException if a value is out of its range; the message starts
	 * with the name of the property
	 */
	public HeartbeatSettings {
		SettingCheck.requireNotNegative("heartbeat", interval, "; use 0 for none");
		SettingCheck.require(event.indexOf('\n') < 0 && event.indexOf('\r') < 0, "heartbeat-event",
				"must not have a line break", LogSanitizer.quote(event));
	}

}
