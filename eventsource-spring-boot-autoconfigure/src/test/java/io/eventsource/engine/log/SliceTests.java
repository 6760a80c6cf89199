package io.eventsource.engine.log;

import java.nio.charset.StandardCharsets;

import io.eventsource.Event;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SliceTests {

	private final EventLog log = new EventLog(100, 100_000_000, true, false, System::nanoTime);

	@Test
	void singleFrameIsNotCopied() {
		append("a");
		Slice slice = Slice.of(this.log, 0, false, true);
		assertThat(slice.bytes()).isSameAs(this.log.frame(0).bytes());
		assertThat(text(slice)).isEqualTo("data: a\n\n");
		assertThat(slice.next()).isOne();
	}

	@Test
	void framesThatHavePiledUpAreGathered() {
		append("a", "b", "c");
		Slice slice = Slice.of(this.log, 1, false, true);
		assertThat(slice.from()).isOne();
		assertThat(text(slice)).isEqualTo("data: b\n\ndata: c\n\n");
		assertThat(slice.next()).isEqualTo(3);
	}

	@Test
	void gatheringStopsBeforeTheFrameThatDoesNotFit() {
		String tenKib = "x".repeat(10 * 1024 - "data: \n\n".length());
		append(tenKib, tenKib, tenKib, tenKib, tenKib, tenKib, tenKib);
		Slice slice = Slice.of(this.log, 0, false, true);
		assertThat(slice.bytes().length).isEqualTo(60 * 1024);
		assertThat(slice.next()).isEqualTo(6);
	}

	@Test
	void framesOfExactlyOneSliceAreGathered() {
		String half = "x".repeat(Slice.MAX_BYTES / 2 - "data: \n\n".length());
		append(half, half, "a");
		Slice slice = Slice.of(this.log, 0, false, true);
		assertThat(slice.bytes().length).isEqualTo(Slice.MAX_BYTES);
		assertThat(slice.next()).isEqualTo(2);
	}

	@Test
	void frameOfExactlyOneSliceIsWhole() {
		append("x".repeat(Slice.MAX_BYTES - "data: \n\n".length()));
		Slice slice = Slice.of(this.log, 0, false, true);
		assertThat(slice.bytes().length).isEqualTo(Slice.MAX_BYTES);
		assertThat(slice.next()).isOne();
	}

	@Test
	void largerFrameIsOneSlice() {
		append("x".repeat(150 * 1024), "b");
		Slice slice = Slice.of(this.log, 0, false, true);
		assertThat(slice.bytes()).isSameAs(this.log.frame(0).bytes());
		assertThat(slice.next()).isOne();
	}

	@Test
	void overtakenFramesAreLeftOutOnlyWhereAsked() {
		this.log.append(keyed("a", "1"));
		this.log.append(keyed("b", "2"));
		this.log.append(keyed("a", "3"));
		assertThat(text(Slice.of(this.log, 0, false, true))).isEqualTo("data: 1\n\ndata: 2\n\ndata: 3\n\n");
		Slice conflated = Slice.of(this.log, 0, true, true);
		assertThat(text(conflated)).isEqualTo("data: 2\n\ndata: 3\n\n");
		assertThat(conflated.next()).isEqualTo(3);
	}

	@Test
	void overtakenFramesTakeNoRoomInASlice() {
		String twentyKib = "x".repeat(20 * 1024);
		for (int i = 0; i < 10; i++) {
			this.log.append(keyed("a", twentyKib));
		}
		Slice conflated = Slice.of(this.log, 0, true, true);
		assertThat(conflated.bytes()).isSameAs(this.log.frame(9).bytes());
		assertThat(conflated.next()).isEqualTo(10);
	}

	@Test
	void positionThatHasLeftTheLogHasNoSlice() {
		EventLog small = new EventLog(1, 1000, false, false, System::nanoTime);
		small.append(encoded("a"));
		small.append(encoded("b"));
		assertThat(Slice.of(small, 0, false, true)).isNull();
		assertThat(Slice.of(small, 1, false, true)).isNotNull();
	}

	@Test
	void controlBlockLeavesThePositionWhereItIs() {
		Slice slice = Slice.of(FrameEncoder.heartbeat(""), 5);
		assertThat(slice.from()).isEqualTo(5);
		assertThat(slice.next()).isEqualTo(5);
		assertThat(text(slice)).isEqualTo(":\n");
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

	private static EncodedEvent keyed(String key, String text) {
		Event event = Event.builder().id(text.substring(0, 1)).key(key).data(text).build();
		return new EncodedEvent(event, encoded(text).body());
	}

	private static String text(Slice slice) {
		return new String(slice.bytes(), StandardCharsets.UTF_8);
	}

}
