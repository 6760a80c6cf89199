package io.eventsource;

import java.time.Duration;

/**
 * Checks single values of {@link StreamSettings}. The message of a failed check starts
 * with the name of the property, so that a failure analysis can show where the value is
 * set.
 */
final class SettingCheck {

	/** The longest time in nanoseconds that a {@code long} can hold. */
	private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

	private SettingCheck() {
	}

	static void require(boolean condition, String property, String rule, Object value) {
		if (!condition) {
			throw new IllegalArgumentException(property + " " + rule + "; got " + value);
		}
	}

	static void requirePositive(String property, Duration time) {
		require(!time.isNegative() && !time.isZero(), property, "must be positive", time);
		requireCountable(property, time);
	}

	/**
	 * Requires a time that is not negative.
	 * @param hint follows the rule in the message
	 */
	static void requireNotNegative(String property, Duration time, String hint) {
		require(!time.isNegative(), property, "must not be negative" + hint, time);
		requireCountable(property, time);
	}

	static void requireCountable(String property, Duration time) {
		require(time.compareTo(LONGEST) <= 0, property, "must be at most " + LONGEST, time);
	}

}
