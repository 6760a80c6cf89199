package io.eventsource;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Sets for how long tests wait for a condition, which is longer than it takes on a
 * machine that is busy with other work, and how often they check it: at once, and then
 * after pauses that grow. Registered for all tests.
 */
public final class Patience implements BeforeAllCallback {

	/** How long a test waits before it fails. */
	public static final Duration LIMIT = Duration.ofSeconds(60);

	private static final Duration FIRST_PAUSE = Duration.ofMillis(1);

	private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

	@Override
	public void beforeAll(ExtensionContext context) {
		// The developer tools keep every context that they might restart
		System.setProperty("spring.devtools.restart.enabled", "false");
		Awaitility.setDefaultTimeout(LIMIT);
		Awaitility.setDefaultPollDelay(Duration.ZERO);
		Awaitility.setDefaultPollInterval(IterativePollInterval.iterative(Patience::longer, FIRST_PAUSE));
	}

	private static Duration longer(Duration pause) {
		return (pause.compareTo(LONGEST_PAUSE) < 0) ? pause.multipliedBy(2) : pause;
	}

}
