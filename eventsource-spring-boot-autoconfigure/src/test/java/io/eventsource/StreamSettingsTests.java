package io.eventsource;

import java.time.Duration;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class StreamSettingsTests {

	private final StreamSettings defaults = StreamSettings.defaults();

	@Test
	void defaultsAreThoseOfTheManual() {
		assertThat(this.defaults).isEqualTo(new StreamSettings(Duration.ofSeconds(3), Duration.ofSeconds(15), 1024,
				16 * 1024 * 1024, 1024 * 1024, Duration.ofSeconds(30)));
	}

	@Test
	void eachWitherChangesOneValue() {
		assertThat(this.defaults.withRetry(Duration.ZERO)
			.withHeartbeat(Duration.ZERO)
			.withBufferSize(1)
			.withMaxEventSize(2)
			.withBufferMemory(3)
			.withWriteTimeout(Duration.ofMillis(4)))
			.isEqualTo(new StreamSettings(Duration.ZERO, Duration.ZERO, 1, 3, 2, Duration.ofMillis(4)));
		assertThat(StreamSettings.defaults()).isEqualTo(this.defaults);
	}

	@Test
	void refusalNamesThePropertyTheRuleAndTheValue() {
		assertRefused(() -> this.defaults.withRetry(Duration.ofMillis(-1)), "retry must not be negative", "PT-0.001S");
		assertRefused(() -> this.defaults.withRetry(Duration.ofNanos(1)), "retry", "whole milliseconds",
				"PT0.000000001S");
		assertRefused(() -> this.defaults.withHeartbeat(Duration.ofMillis(-1)), "heartbeat must not be negative",
				"use 0 for none", "PT-0.001S");
		assertRefused(() -> this.defaults.withBufferSize(0), "buffer-size must be at least 1", "got 0");
		assertRefused(() -> this.defaults.withMaxEventSize(0), "max-event-size must be at least 1 byte", "got 0");
		assertRefused(() -> this.defaults.withBufferMemory(1024 * 1024 - 1), "buffer-memory must hold one event",
				"got 1048575");
		assertRefused(() -> this.defaults.withWriteTimeout(Duration.ZERO), "write-timeout must be positive",
				"got PT0S");
		assertRefused(() -> this.defaults.withWriteTimeout(Duration.ofMillis(-1)), "write-timeout must be positive");
	}

	@Test
	void timesTooLongToBeCountedAreRefused() {
		Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
		assertRefused(() -> this.defaults.withRetry(forever), "retry");
		assertRefused(() -> this.defaults.withHeartbeat(forever), "heartbeat");
		assertRefused(() -> this.defaults.withWriteTimeout(forever), "write-timeout");
	}

	private static void assertRefused(ThrowingCallable call, String... fragments) {
		assertThatIllegalArgumentException().isThrownBy(call)
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(fragments));
	}

}
