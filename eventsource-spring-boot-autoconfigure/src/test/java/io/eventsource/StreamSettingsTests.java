package io.eventsource;

import java.time.Duration;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class StreamSettingsTests {

	@Test
	void defaultsAreThoseOfTheManual() {
		assertThat(StreamSettings.defaults()).isEqualTo(
				new StreamSettings(new BufferSettings(1024, 16 * 1024 * 1024, 1024 * 1024, OverflowStrategy.DISCONNECT),
						new ReplaySettings(0, 10_000, "gap"),
						new ConnectionSettings(Duration.ofSeconds(3), new HeartbeatSettings(Duration.ofSeconds(15), ""),
								Duration.ofSeconds(30), Duration.ZERO, Duration.ZERO, Duration.ofSeconds(2)),
						new PublisherSettings(null, Duration.ofSeconds(1), Duration.ofSeconds(30))));
	}

	@Test
	void eachSetterChangesOneValue() {
		assertThat(StreamSettings.builder()
			.retry(Duration.ZERO)
			.heartbeat(Duration.ZERO)
			.heartbeatEvent("beat")
			.bufferSize(1)
			.maxEventSize(2)
			.bufferMemory(3)
			.overflow(OverflowStrategy.SKIP)
			.initialReplay(1)
			.gapEvent("lost")
			.historyMaxEvents(5)
			.linger(Duration.ofMillis(6))
			.restartMinDelay(Duration.ofMillis(7))
			.restartMaxDelay(Duration.ofMillis(8))
			.writeTimeout(Duration.ofMillis(9))
			.maxLifetime(Duration.ofMillis(10))
			.flushInterval(Duration.ofMillis(11))
			.responseDelay(Duration.ofMillis(12))
			.build())
			.isEqualTo(new StreamSettings(new BufferSettings(1, 3, 2, OverflowStrategy.SKIP),
					new ReplaySettings(1, 5, "lost"),
					new ConnectionSettings(Duration.ZERO, new HeartbeatSettings(Duration.ZERO, "beat"),
							Duration.ofMillis(9), Duration.ofMillis(10), Duration.ofMillis(11), Duration.ofMillis(12)),
					new PublisherSettings(Duration.ofMillis(6), Duration.ofMillis(7), Duration.ofMillis(8))));
	}

	@Test
	void refusalNamesThePropertyTheRuleAndTheValue() {
		assertRefused((it) -> it.retry(Duration.ofMillis(-1)), "retry must not be negative", "PT-0.001S");
		assertRefused((it) -> it.retry(Duration.ofNanos(1)), "retry", "whole milliseconds", "PT0.000000001S");
		assertRefused((it) -> it.heartbeat(Duration.ofMillis(-1)), "heartbeat must not be negative", "use 0 for none",
				"PT-0.001S");
		assertRefused((it) -> it.heartbeatEvent("a\rb"), "heartbeat-event must not have a line break",
				"got \"a\\u000db\"");
		assertRefused((it) -> it.bufferSize(0), "buffer-size must be at least 1", "got 0");
		assertRefused((it) -> it.maxEventSize(0), "max-event-size must be at least 1 byte", "got 0");
		assertRefused((it) -> it.bufferMemory(1024 * 1024 - 1), "buffer-memory must hold one event", "got 1048575");
		assertRefused((it) -> it.initialReplay(-1), "initial-replay must be between 0 and buffer-size (1024)",
				"got -1");
		assertRefused((it) -> it.initialReplay(1025), "initial-replay must be between 0 and buffer-size (1024)",
				"got 1025");
		assertRefused((it) -> it.gapEvent("a\nb"), "gap-event must not have a line break", "got \"a\\u000ab\"");
		assertRefused((it) -> it.historyMaxEvents(0), "history.max-events must be at least 1", "got 0");
		assertRefused((it) -> it.linger(Duration.ofMillis(-1)), "linger must not be negative", "PT-0.001S");
		assertRefused((it) -> it.restartMinDelay(Duration.ZERO), "restart.min-delay must be positive", "got PT0S");
		assertRefused((it) -> it.restartMaxDelay(Duration.ofMillis(999)),
				"restart.max-delay must not be shorter than restart.min-delay (PT1S)", "got PT0.999S");
		assertRefused((it) -> it.writeTimeout(Duration.ZERO), "write-timeout must be positive", "got PT0S");
		assertRefused((it) -> it.writeTimeout(Duration.ofMillis(-1)), "write-timeout must be positive");
		assertRefused((it) -> it.responseDelay(Duration.ofMillis(-1)), "response-delay must not be negative",
				"PT-0.001S");
		assertRefused((it) -> it.flushInterval(Duration.ofMillis(-1)), "flush-interval must be between 0 and",
				"PT-0.001S");
		assertRefused((it) -> it.flushInterval(Duration.ofMinutes(2)), "flush-interval must be between 0 and", "PT2M");
		assertRefused((it) -> it.maxLifetime(Duration.ofMillis(-1)), "max-lifetime must not be negative",
				"use 0 for none");
	}

	@Test
	void timesTooLongToBeCountedAreRefused() {
		Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
		assertRefused((it) -> it.retry(forever), "retry");
		assertRefused((it) -> it.heartbeat(forever), "heartbeat");
		assertRefused((it) -> it.linger(forever), "linger");
		assertRefused((it) -> it.restartMaxDelay(forever), "restart.max-delay");
		assertRefused((it) -> it.writeTimeout(forever), "write-timeout");
	}

	private static void assertRefused(UnaryOperator<StreamSettings.Builder> change, String... fragments) {
		StreamSettings.Builder builder = change.apply(StreamSettings.builder());
		assertThatIllegalArgumentException().isThrownBy(builder::build)
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(fragments));
	}

}
