package io.eventsource.engine;

import java.io.IOException;
import java.time.Duration;

import io.eventsource.CloseReason;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.Slice;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Events that are held back for the flush interval, so that they go out together.
 */
class FlushIntervalTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	@Test
	void eventsWithinTheFlushIntervalAreHeldBackAndWrittenTogether() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().flushInterval(Duration.ofSeconds(1)).build());
		Client client = this.engine.connect(stream);
		this.engine.advance(Duration.ofSeconds(1));
		this.publisher.emit("a");
		client.awaitData("a");
		this.publisher.emit("b");
		this.publisher.emit("c");
		this.engine.work();
		assertThat(client.data()).containsExactly("a");
		this.engine.turn(Duration.ofSeconds(1));
		client.awaitData("a", "b", "c");
		assertThat(client.sink().writes()).hasSize(2);
	}

	@Test
	void eventsAreHeldBackForTheWholeIntervalAlsoAfterOthersWereSentOutOfTurn() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().flushInterval(Duration.ofMillis(400)).build());
		Client client = this.engine.connect(stream);
		this.engine.advance(Duration.ofMillis(400));
		this.publisher.emit("a");
		client.awaitData("a");
		this.publisher.emit("b");
		this.engine.turn(Duration.ofMillis(200));
		client.sink().ready();
		client.awaitData("a", "b");
		this.publisher.emit("c");
		TestEngine.await()
			.during(Duration.ofMillis(600))
			.untilAsserted(client::data, (data) -> assertThat(data).containsExactly("a", "b"));
		this.engine.turn(Duration.ofMillis(400));
		client.awaitData("a", "b", "c");
	}

	@Test
	void eventsThatComeWhileOthersAreSentAreHeldBackToo() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().flushInterval(Duration.ofMillis(400)).build());
		Client client = this.engine.connect(stream, null, new RecordingSink(Long.MAX_VALUE) {

			@Override
			public void write(byte[] bytes, int offset, int length) throws IOException {
				super.write(bytes, offset, length);
				if (writes().size() == 1) {
					FlushIntervalTests.this.publisher.emit("b");
				}
			}

		});
		this.engine.advance(Duration.ofMillis(400));
		this.publisher.emit("a");
		client.awaitData("a");
		this.engine.work();
		assertThat(client.data()).containsExactly("a");
		this.engine.turn(Duration.ofMillis(400));
		client.awaitData("a", "b");
	}

	@Test
	void eventsAreNotHeldBackOnceThereAreMany() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().flushInterval(Duration.ofMinutes(1)).bufferSize(16).build());
		Client client = this.engine.connect(stream);
		for (int i = 1; i <= 100; i++) {
			this.publisher.emit(i);
			int least = i - 3;
			TestEngine.await().until(() -> client.data().size() >= least);
		}
	}

	@Test
	void eventsAreNotHeldBackOnceTheyAreLarge() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().flushInterval(Duration.ofMinutes(1)).build());
		Client client = this.engine.connect(stream);
		for (int i = 1; i <= 100; i++) {
			this.publisher.emit("x".repeat(Slice.MAX_BYTES));
			client.awaitEvents(i);
		}
	}

	@Test
	void eventsThatAreHeldBackComeBeforeTheEnd() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().flushInterval(Duration.ofMinutes(1)).build());
		Client client = this.engine.connect(stream);
		this.publisher.emit("a", "b");
		this.publisher.complete();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a", "b");
	}

}
