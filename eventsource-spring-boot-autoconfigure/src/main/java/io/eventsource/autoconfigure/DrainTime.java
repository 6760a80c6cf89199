package io.eventsource.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.Environment;

/**
 * The period within which clients are disconnected: the configured one, shortened if
 * necessary to fit into a phase of the shutdown.
 *
 * @param time the period
 * @param warning why it differs from the configured one; {@code null} if it does not
 */
record DrainTime(Duration time, @Nullable String warning) {

	private static final String PHASE = "spring.lifecycle.timeout-per-shutdown-phase";

	/** The time that the last responses need to finish. */
	private static final Duration REST = Duration.ofSeconds(1);

	static DrainTime of(Duration drain, Environment environment) {
		String value = environment.getProperty(PHASE);
		Duration phase = (value != null) ? DurationStyle.detectAndParse(value) : Duration.ofSeconds(30);
		Duration rest = (phase.compareTo(REST.multipliedBy(2)) < 0) ? phase.dividedBy(2) : REST;
		Duration room = phase.minus(rest);
		if (drain.compareTo(room) <= 0) {
			return new DrainTime(drain, null);
		}
		return new DrainTime(room,
				"eventsource.shutdown.drain (" + print(drain) + ") does not fit into " + PHASE + " (" + print(phase)
						+ "), so clients are disconnected within " + print(room)
						+ "; lower the one, or raise the other");
	}

	private static String print(Duration duration) {
		return DurationStyle.SIMPLE.print(duration,
				(duration.toMillisPart() == 0) ? ChronoUnit.SECONDS : ChronoUnit.MILLIS);
	}

}
