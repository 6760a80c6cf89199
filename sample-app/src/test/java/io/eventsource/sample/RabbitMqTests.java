package io.eventsource.sample;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.test.util.TestSocketUtils;

/**
 * The profile {@code rabbit} with RabbitMQ.
 */
@EnabledIf(value = "io.eventsource.sample.RabbitMq#isInstalled", disabledReason = RabbitMq.REMEDY)
class RabbitMqTests extends BrokerTests {

	private static int port;

	private static RabbitMq rabbitMq;

	@BeforeAll
	static void startBroker(@TempDir(cleanup = CleanupMode.NEVER) Path folder) throws Exception {
		port = TestSocketUtils.findAvailableTcpPort();
		rabbitMq = RabbitMq.start(folder, port);
	}

	@AfterAll
	static void stopBroker() {
		rabbitMq.close();
	}

	@Override
	int port() {
		return port;
	}

}
