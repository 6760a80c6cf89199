package io.eventsource.sample;

import java.nio.file.Path;

import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The profile {@code rabbit} with RabbitMQ.
 */
@EnabledIf(value = "io.eventsource.sample.RabbitMq#isInstalled", disabledReason = RabbitMq.REMEDY)
class RabbitMqTests extends BrokerTests {

	@Override
	AutoCloseable startBroker(Path folder, int port) throws Exception {
		return RabbitMq.start(folder, port);
	}

}
