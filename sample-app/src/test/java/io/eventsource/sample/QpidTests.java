package io.eventsource.sample;

import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The profile {@code rabbit} with Apache Qpid, which speaks AMQP 0-9-1 too.
 */
class QpidTests extends BrokerTests {

	@Override
	AutoCloseable startBroker(Path folder, int port) throws Exception {
		return Qpid.start(folder, port);
	}

	@Test
	void applicationOutlivesTheBrokerAndItsClientsStay(@TempDir(cleanup = CleanupMode.NEVER) Path folder)
			throws Exception {
		try (Stream<String> lines = open()) {
			restartBroker(folder);
			publish(null, "after");
			assertThat(lines.filter((line) -> line.startsWith("data: ")).findFirst()).contains("data: after");
		}
	}

}
