package io.eventsource.autoconfigure;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

class JsonDataWriterTests {

	private final JsonDataWriter writer = new JsonDataWriter(JsonMapper.builder().build());

	@Test
	void writesTheSameWithAndWithoutALimit() {
		for (Object data : List.of(1, true, List.of("ä", "\"", "😀"), Map.of("a", List.of()), "x".repeat(100_000))) {
			String json = this.writer.write(data);
			assertThat(this.writer.write(data, json.length())).isEqualTo(json);
			assertThat(this.writer.write(data, Integer.MAX_VALUE)).isEqualTo(json);
		}
	}

	@Test
	void endsWhereThereIsMoreThanCanBeSent() {
		AtomicLong written = new AtomicLong();
		Iterator<Long> endless = Stream.iterate(0L, (i) -> i + 1).peek(written::set).iterator();
		assertThatException().isThrownBy(() -> this.writer.write(endless, 10_000))
			.withMessageContaining("10000 bytes of max-event-size");
		assertThat(written.get()).isLessThan(20_000);
	}

}
