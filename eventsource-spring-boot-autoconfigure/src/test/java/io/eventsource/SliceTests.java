package io.eventsource;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SliceTests {

	private final EventLog log = new EventLog(100, 100_000_000);

	@Test
	void singleFrameIsNotCopied() {
		append("a");
		Slice slice = Slice.of(this.log, 0);
		assertThat(slice.bytes()).isSameAs(this.log.frame(0).bytes());
		assertThat(text(slice)).isEqualTo("data: a\n\n");
		assertThat(slice.next()).isOne();
		assertThat(slice.rest()).isNull();
	}

	@Test
	void framesThatHavePiledUpAreGathered() {
		append("a", "b", "c");
		Slice slice = Slice.of(this.log, 1);
		assertThat(slice.from()).isOne();
		assertThat(text(slice)).isEqualTo("data: b\n\ndata: c\n\n");
		assertThat(slice.next()).isEqualTo(3);
		assertThat(slice.rest()).isNull();
	}

	@Test
	void gatheringStopsBeforeTheFrameThatDoesNotFit() {
		String tenKib = "x".repeat(10 * 1024 - "data: \n\n".length());
		append(tenKib, tenKib, tenKib, tenKib, tenKib, tenKib, tenKib);
		Slice slice = Slice.of(this.log, 0);
		assertThat(slice.length()).isEqualTo(60 * 1024);
		assertThat(slice.next()).isEqualTo(6);
	}

	@Test
	void framesOfExactlyOneSliceAreGathered() {
		String half = "x".repeat(Slice.MAX_BYTES / 2 - "data: \n\n".length());
		append(half, half, "a");
		Slice slice = Slice.of(this.log, 0);
		assertThat(slice.length()).isEqualTo(Slice.MAX_BYTES);
		assertThat(slice.next()).isEqualTo(2);
	}

	@Test
	void frameOfExactlyOneSliceIsWhole() {
		append("x".repeat(Slice.MAX_BYTES - "data: \n\n".length()));
		Slice slice = Slice.of(this.log, 0);
		assertThat(slice.length()).isEqualTo(Slice.MAX_BYTES);
		assertThat(slice.rest()).isNull();
		assertThat(slice.next()).isOne();
	}

	@Test
	void largerFrameIsCutAndItsPositionCountsWhenAllOfItIsTaken() {
		append("x".repeat(150 * 1024), "b");
		Frame frame = this.log.frame(0);
		StringBuilder text = new StringBuilder();
		Slice slice = Slice.of(this.log, 0);
		int slices = 1;
		while (slice.rest() != null) {
			assertThat(slice.length()).isEqualTo(Slice.MAX_BYTES);
			assertThat(slice.next()).isZero();
			text.append(text(slice));
			slice = Slice.of(slice.rest(), slice.restOffset());
			slices++;
		}
		text.append(text(slice));
		assertThat(slices).isEqualTo(3);
		assertThat(slice.next()).isOne();
		assertThat(text.toString()).isEqualTo(new String(frame.bytes(), StandardCharsets.UTF_8));
	}

	@Test
	void positionThatHasLeftTheLogHasNoSlice() {
		EventLog small = new EventLog(1, 1000);
		small.append(encoded("a"));
		small.append(encoded("b"));
		assertThat(Slice.of(small, 0)).isNull();
		assertThat(Slice.of(small, 1)).isNotNull();
	}

	@Test
	void controlBlockLeavesThePositionWhereItIs() {
		Slice slice = Slice.of(FrameEncoder.heartbeat(), 5);
		assertThat(slice.from()).isEqualTo(5);
		assertThat(slice.next()).isEqualTo(5);
		assertThat(text(slice)).isEqualTo(":\n\n");
	}

	private void append(String... texts) {
		for (String text : texts) {
			this.log.append(encoded(text));
		}
	}

	private static EncodedEvent encoded(String text) {
		Event event = Event.builder().comment(text).build();
		return new EncodedEvent(event, ("data: " + text + "\n\n").getBytes(StandardCharsets.UTF_8));
	}

	private static String text(Slice slice) {
		return new String(slice.bytes(), slice.offset(), slice.length(), StandardCharsets.UTF_8);
	}

}
