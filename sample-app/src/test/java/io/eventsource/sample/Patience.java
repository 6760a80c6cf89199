package io.eventsource.sample;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Says for how long tests wait for what must happen at some time: longer than it takes on
 * a machine that is busy with other work. Registered for all tests.
 */
public final class Patience implements BeforeAllCallback {

	/** How long a test waits before it fails. */
	public static final Duration LIMIT = Duration.ofSeconds(60);

	@Override
	public void beforeAll(ExtensionContext context) {
		Awaitility.setDefaultTimeout(LIMIT);
	}

}
