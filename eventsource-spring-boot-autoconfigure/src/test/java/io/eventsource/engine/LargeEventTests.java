package io.eventsource.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.Slice;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Events that are written in several pieces.
 */
class LargeEventTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final EventStream stream = this.engine.start(this.publisher);

	@Test
	void largeEventGoesOutInPiecesInOrder() {
		String large = IntStream.range(0, 60_000).mapToObj("%05d"::formatted).collect(Collectors.joining());
		Client client = this.engine.connect(this.stream);
		this.publisher.emit("before", large, "after");
		client.awaitData("before", large, "after");
		assertThat(client.sink().writes()).allMatch((length) -> length <= Slice.MAX_BYTES)
			.hasSizeGreaterThanOrEqualTo(6);
	}

	@Test
	void largeEventStaysWholeForAClientThatReadsSlowly() {
		String large = "0123456789".repeat(30_000);
		Client slow = this.engine.connect(this.stream, null, new RecordingSink(1));
		Client fast = this.engine.connect(this.stream);
		this.publisher.emit(large, "b", large, "c");
		fast.awaitData(large, "b", large, "c");
		for (int i = 1; slow.data().size() < 4; i++) {
			int writes = i;
			TestEngine.await().until(() -> slow.sink().writes().size() >= writes || slow.data().size() == 4);
			slow.sink().ready(1);
			this.engine.work();
		}
		slow.awaitData(large, "b", large, "c");
		assertThat(slow.sink().writes()).hasSizeGreaterThan(10).allMatch((length) -> length <= Slice.MAX_BYTES);
	}

	@Test
	void largeEventIsFinishedForAClientEvenIfItHasLeftTheLog() {
		String large = "0123456789".repeat(30_000);
		EventStream stream = this.engine.start(this.publisher, StreamSettings.builder().bufferSize(2).build());
		Client slow = this.engine.connect(stream, null, new RecordingSink(1));
		this.publisher.emit(large);
		TestEngine.await().until(() -> slow.sink().writes().size() == 1);
		this.publisher.emit("b", "c", "d");
		slow.sink().ready();
		slow.awaitClosed(CloseReason.OVERFLOW);
		assertThat(slow.data()).containsExactly(large);
	}

	@Test
	void heartbeatThatIsDueBetweenTwoPiecesOfAnEventIsLeftOut() {
		RecordingSink sink = new RecordingSink(Long.MAX_VALUE) {

			@Override
			public void write(byte[] bytes, int offset, int length) throws IOException {
				super.write(bytes, offset, length);
				if (writes().size() == 1) {
					// The heartbeat is due, and the worker ticks before the next piece
					LargeEventTests.this.engine.turn(Duration.ofMinutes(1));
					LargeEventTests.this.engine.tickNext();
				}
			}

		};
		Client client = this.engine.connect(this.stream, null, sink);
		String large = "x".repeat(200_000);
		this.publisher.emit(large);
		client.awaitData(large);
		assertThat(sink.comments()).isEmpty();
	}

	@Test
	void stoppedStreamDeliversTheRestOfALargeEvent() {
		String large = "x".repeat(300_000);
		Client slow = this.engine.connect(this.stream, null, new RecordingSink(1));
		this.publisher.emit(large);
		TestEngine.await().until(() -> slow.sink().writes().size() == 1);
		this.stream.stop();
		this.engine.tick();
		slow.assertOpen();
		slow.sink().ready();
		slow.awaitClosed(CloseReason.COMPLETED);
		assertThat(slow.data()).containsExactly(large);
	}

	@Test
	void clientThatIsSentAwayFinishesTheEventThatItWasBegunWith() {
		String large = "0123456789".repeat(30_000);
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().maxLifetime(Duration.ofSeconds(10)).build());
		Client client = this.engine.connect(stream, null, new RecordingSink(1));
		this.publisher.emit(large, "b");
		TestEngine.await().until(() -> client.sink().writes().size() == 1);
		this.engine.advance(Duration.ofSeconds(10));
		client.sink().ready();
		client.awaitClosed(CloseReason.LIFETIME);
		client.awaitData(large);
	}

}
