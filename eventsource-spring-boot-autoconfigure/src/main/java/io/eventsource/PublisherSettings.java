package io.eventsource;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How long a stream stays subscribed to its publisher, and when it subscribes again after
 * a failure. Immutable.
 *
 * @param linger how long the subscription is kept without clients; {@code null} for ever
 * @param restartMinDelay the pause before a publisher that has failed is subscribed to
 * again; doubled with each further failure
 * @param restartMaxDelay the longest such pause
 */
public record PublisherSettings(@Nullable Duration linger, Duration restartMinDelay, Duration restartMaxDelay) {

	/**
	 * Checks the settings.
	 * @throws IllegalArgumentException if a value is out of its range; the message starts
	 * with the name of the property
	 */
	public PublisherSettings {
		if (linger != null) {
			SettingCheck.requireNotNegative("linger", linger, "");
		}
		SettingCheck.requirePositive("restart.min-delay", restartMinDelay);
		SettingCheck.require(restartMaxDelay.compareTo(restartMinDelay) >= 0, "restart.max-delay",
				"must not be shorter than restart.min-delay (" + restartMinDelay + ")", restartMaxDelay);
		SettingCheck.requireCountable("restart.max-delay", restartMaxDelay);
	}

}
