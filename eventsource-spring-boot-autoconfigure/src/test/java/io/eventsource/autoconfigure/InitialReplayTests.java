package io.eventsource.autoconfigure;

import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What can be set as {@code initial-replay}.
 */
class InitialReplayTests {

	@Test
	void isANumberOrAll() {
		// As YAML has it
		assertThat(initialReplay(5)).isEqualTo(5);
		assertThat(initialReplay("5")).isEqualTo(5);
		assertThat(initialReplay("0")).isZero();
		assertThat(initialReplay("all")).isEqualTo(100);
		assertThat(initialReplay(" ALL ")).isEqualTo(100);
	}

	@Test
	void whatIsNeitherIsRefusedWithTheValueAndTheRemedy() {
		assertThatExceptionOfType(InvalidEventSourceConfigurationException.class)
			.isThrownBy(() -> initialReplay("some"))
			.withMessageContaining("eventsource.initial-replay must be a number of events, or 'all'; got 'some'");
		assertThatExceptionOfType(InvalidEventSourceConfigurationException.class).isThrownBy(() -> initialReplay(101))
			.withMessageContaining("between 0 and buffer-size (100)");
	}

	private static int initialReplay(Object value) {
		EventSourceProperties properties = new Binder(new MapConfigurationPropertySource(
				Map.of("eventsource.initial-replay", value, "eventsource.buffer-size", 100)))
			.bind("eventsource", EventSourceProperties.class)
			.get();
		return new StreamDefinitions(properties, new MockEnvironment()).defaults().replay().initial();
	}

}
