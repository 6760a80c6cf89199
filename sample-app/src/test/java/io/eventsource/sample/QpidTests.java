package io.eventsource.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.test.util.TestSocketUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The profile {@code rabbit} with Apache Qpid, which speaks AMQP 0-9-1 too.
 */
class QpidTests extends BrokerTests {

	private static int port;

	private static Qpid qpid;

	@BeforeAll
	static void startBroker(@TempDir(cleanup = CleanupMode.NEVER) Path folder) throws Exception {
		port = TestSocketUtils.findAvailableTcpPort();
		qpid = Qpid.start(folder, port);
	}

	@AfterAll
	static void stopBroker() {
		qpid.close();
	}

	@Test
	void applicationOutlivesTheBrokerAndItsClientsStay(@TempDir(cleanup = CleanupMode.NEVER) Path folder)
			throws Exception {
		try (Stream<String> lines = connect()) {
			qpid.close();
			qpid = Qpid.start(folder, port);
			openConnection();
			await().atMost(Duration.ofSeconds(60)).until(this::isListening);
			publish(null, "after");
			assertThat(lines.filter((line) -> line.startsWith("data: ")).findFirst()).contains("data: after");
		}
	}

	@Override
	int port() {
		return port;
	}

}
