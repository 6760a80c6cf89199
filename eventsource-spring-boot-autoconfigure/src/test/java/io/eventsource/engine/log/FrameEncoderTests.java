package io.eventsource.engine.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.eventsource.Event;
import io.eventsource.engine.runtime.TypeWarnings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class FrameEncoderTests {

	private final FrameEncoder encoder = new FrameEncoder((data) -> "{\"json\":\"" + data + "\"}", 100);

	@Test
	void textIsSentAsItIsWhateverItsClass() {
		assertThat(encode(Event.of(new StringBuilder("abc")))).isEqualTo("data: abc\n\n");
	}

	@Test
	void anyOtherDataGoesThroughTheWriter() {
		assertThat(encode(Event.of(List.of(1, 2)))).isEqualTo("data: {\"json\":\"[1, 2]\"}\n\n");
	}

	@Test
	void eventOfExactlyTheLimitIsNotTooLarge() {
		String data = "x".repeat(100 - "data: \n\n".length());
		assertThat(encode(Event.of(data))).hasSize(100);
	}

	@Test
	void eventOfOneByteMoreIsRefusedWithItsSizeAndTheLimit() {
		String data = "x".repeat(101 - "data: \n\n".length());
		assertThatIllegalArgumentException().isThrownBy(() -> this.encoder.encode(Event.of("", data)))
			.withMessageContaining("101 bytes")
			.withMessageContaining("100 of max-event-size")
			.withMessageContaining("Event[type=\"message\"");
	}

	@Test
	void sizeIsCountedInBytesNotInCharacters() {
		String data = "€".repeat(31);
		assertThatIllegalArgumentException().isThrownBy(() -> this.encoder.encode(Event.of(data)))
			.withMessageContaining("101 bytes");
	}

	@Test
	void hugeEventIsMeasuredWithoutBeingBuilt() {
		String data = "\n".repeat(10_000_000);
		assertThatIllegalArgumentException().isThrownBy(() -> this.encoder.encode(Event.of(data)))
			.withMessageContaining("70000008 bytes");
	}

	@Test
	void failureOfTheWriterIsToldWithItsCause() {
		IllegalStateException failure = new IllegalStateException("no such thing");
		FrameEncoder failing = new FrameEncoder((data) -> {
			throw failure;
		}, 100);
		assertThatIllegalArgumentException().isThrownBy(() -> failing.encode(Event.of("price", 1)))
			.withMessageContaining("\"price\"")
			.withMessageContaining("java.lang.Integer")
			.withMessageContaining("no such thing")
			.withCause(failure);
	}

	@Test
	void failureOfTheWriterIsSafeToLog() {
		FrameEncoder failing = new FrameEncoder((data) -> {
			throw new IllegalStateException("bad\r\n2026-01-01 INFO forged\u001b[31m");
		}, 100);
		assertThatIllegalArgumentException().isThrownBy(() -> failing.encode(Event.of(1)))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContainPattern("\\p{Cc}"));
	}

	@Test
	void onlyEventsThatAreDispatchedAreGivenAnId() {
		assertThat(frame(Event.of("x"))).isEqualTo("id: run-3\ndata: x\n\n");
		assertThat(frame(Event.builder().id("u").data("x").build())).isEqualTo("id: u\ndata: x\n\n");
		assertThat(frame(Event.builder().comment("x").build())).isEqualTo(": x\n");
	}

	@Test
	void idThatComesFromElsewhereIsSentWithWhatHasAnEmptyLineOnly() {
		FrameEncoder foreign = new FrameEncoder(String::valueOf, 100, false, true, new TypeWarnings(), "");
		assertThat(foreign.encode(Event.builder().id("7-0").data("x").comment("c").build()).body())
			.asString(StandardCharsets.UTF_8)
			.isEqualTo("id: 7-0\n: c\ndata: x\n\n");
		Event aside = Event.builder().id("7-0").comment("c\n\n").retry(Duration.ofSeconds(1)).build();
		EncodedEvent encoded = foreign.encode(aside);
		assertThat(encoded.body()).asString(StandardCharsets.UTF_8).isEqualTo(": c\n: \n: \nretry: 1000\n");
		assertThat(encoded.id()).isEqualTo("7-0");
		assertThat(encode(aside)).isEqualTo(": c\n: \n: \nid: 7-0\nretry: 1000\n\n");
	}

	@Test
	void keyIsNotSent() {
		assertThat(encode(Event.builder().key("secret").data("x").build())).isEqualTo("data: x\n\n");
	}

	private String encode(Event event) {
		return new String(this.encoder.encode(event).body(), StandardCharsets.UTF_8);
	}

	private String frame(Event event) {
		return new String(
				FrameEncoder.frame(this.encoder.encode(event), false, new FramePlace(3, "run", 3, ""), 0, 0).bytes(),
				StandardCharsets.UTF_8);
	}

}
