package io.eventsource.benchmarks;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Session} with the servers that are compared.
 */
class SessionTests {

	@ParameterizedTest
	@EnumSource
	void everyClientOfEveryServerGetsEveryEventOnce(Contender contender) throws Exception {
		try (Session session = Session.start(contender)) {
			session.connect(60);
			Delivery delivery = session.publish(20, 100, 0);
			assertThat(delivery.events()).isEqualTo(60 * 20);
			assertThat(delivery.faults()).isEmpty();
			assertThat(delivery.delays().getTotalCount()).isEqualTo(60 * 20);
			assertThat(session.server().cpu()).isPositive();
			assertThat(session.server().resident()).isPositive();
			assertThat(session.server().ask("heap")).isPositive();
		}
	}

	@Test
	void publishingKeepsToItsRate() throws Exception {
		try (Session session = Session.start(Contender.FLOOR)) {
			session.connect(1);
			assertThat(session.publish(11, 100, 20).time()).isGreaterThanOrEqualTo(Duration.ofMillis(500));
		}
	}

}
