package io.eventsource.test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The parser reads the vectors of the conformance kit, in pieces of any size.
 */
class EventStreamParserTests {

	static Stream<Vector> vectors() throws IOException {
		try (InputStream kit = Objects
			.requireNonNull(EventStreamParserTests.class.getResourceAsStream("/conformance/vectors.json"))) {
			return JsonMapper.builder()
				.build()
				.readTree(kit)
				.get("vectors")
				.valueStream()
				.filter((json) -> json.has("bytes"))
				.map(Vector::new)
				.toList()
				.stream();
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("vectors")
	void vectorIsReadAsTheStandardSays(Vector vector) {
		byte[] bytes = vector.bytes();
		for (int size = 1; size <= bytes.length; size += (size < 8) ? 1 : 8) {
			EventStreamParser parser = new EventStreamParser("");
			for (int i = 0; i < bytes.length; i += size) {
				byte[] piece = Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + size));
				parser.feed(piece, piece.length);
			}
			assertThat(parser.events()).isEqualTo(vector.events());
			assertThat(parser.lastEventId()).isEqualTo(vector.json.path("lastEventId").asString(""));
			assertThat(parser.retry()).isEqualTo(vector.retry());
		}
	}

	/**
	 * A vector of the kit.
	 *
	 * @param json how the kit writes it
	 */
	record Vector(JsonNode json) {

		byte[] bytes() {
			return this.json.get("bytes").asString().getBytes(StandardCharsets.UTF_8);
		}

		List<TestEvent> events() {
			return this.json.path("events")
				.valueStream()
				.map((event) -> new TestEvent(event.get("type").asString(), event.get("data").asString(),
						event.get("lastEventId").asString()))
				.toList();
		}

		@Nullable Duration retry() {
			JsonNode retry = this.json.path("retry");
			return retry.isNumber() ? Duration.ofMillis(retry.asLong()) : null;
		}

		@Override
		public String toString() {
			return this.json.get("name").asString();
		}

	}

}
