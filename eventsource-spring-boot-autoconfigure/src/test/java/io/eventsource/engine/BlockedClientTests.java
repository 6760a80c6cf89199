package io.eventsource.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that take nothing or little, and those beside them.
 */
class BlockedClientTests {

	@AutoClose
	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final EventStream stream = this.engine.start(this.publisher);

	@Test
	void clientThatTakesALongReplayDoesNotHoldUpTheOthers() {
		TestEngine single = new TestEngine(1);
		try {
			EventStream stream = single.stream(this.publisher);
			Client first = single.connect(stream);
			TestEngine.await()
				.until(() -> this.publisher.subscriptions() == 2 && !this.publisher.link().requests().isEmpty());
			List<String> order = Collections.synchronizedList(new ArrayList<>());
			RecordingSink replaying = new RecordingSink(Long.MAX_VALUE) {

				@Override
				public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
					super.write(bytes, offset, length);
					order.add("replay");
				}

			};
			RecordingSink live = new RecordingSink(0) {

				@Override
				public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
					super.write(bytes, offset, length);
					order.add("live");
				}

			};
			this.publisher.emit("first");
			first.awaitData("first");
			String large = "x".repeat(60_000);
			this.publisher.emit(IntStream.range(0, 50).mapToObj((i) -> large).toArray());
			single.connect(stream, null, live);
			this.publisher.emit("last");
			single.dispatcher().worker(0).execute(() -> {
				// Both become ready while the worker is busy here
				live.ready();
				single.connect(stream, first.sink().events().get(0).lastEventId(), replaying);
			});
			TestEngine.await().until(() -> replaying.events().size() == 51);
			assertThat(order.indexOf("live")).isBetween(0, 2);
		}
		finally {
			single.close();
		}
	}

	@Test
	void blockedClientDoesNotDelayOthers() {
		TestEngine single = new TestEngine(1);
		try {
			EventStream stream = single.stream(this.publisher);
			List<Client> blocked = IntStream.range(0, 20).mapToObj((i) -> single.connectBlocked(stream)).toList();
			Client reader = single.connect(stream);
			TestEngine.await()
				.until(() -> this.publisher.subscriptions() == 2 && !this.publisher.link().requests().isEmpty());
			for (int i = 1; i <= 100; i++) {
				this.publisher.emit(i);
				reader.awaitEvents(i);
			}
			assertThat(blocked).allSatisfy((client) -> assertThat(client.sink().writes()).isEmpty());
		}
		finally {
			single.close();
		}
	}

	@Test
	void clientThatTakesNothingIsClosedAfterTheWriteTimeoutAndNoOther() {
		Client blocked = this.engine.connect(this.stream);
		Client reader = this.engine.connect(this.stream);
		Client idle = this.engine.connectBlocked(this.stream);
		blocked.sink().block();
		this.publisher.emit("a");
		reader.awaitData("a");
		this.engine.work();
		this.engine.advance(Duration.ofSeconds(30).minusMillis(1));
		blocked.assertOpen();
		idle.assertOpen();
		this.engine.advance(Duration.ofMillis(1));
		blocked.awaitClosed(CloseReason.WRITE_TIMEOUT);
		idle.awaitClosed(CloseReason.WRITE_TIMEOUT);
		this.publisher.emit("b");
		reader.awaitData("a", "b");
		reader.assertOpen();
		assertThat(blocked.data()).isEmpty();
	}

	@Test
	void writeTimeoutBeginsAnewWithEachByteTaken() {
		Client slow = this.engine.connect(this.stream, null, new RecordingSink(1));
		this.publisher.emit("x".repeat(300_000));
		for (int i = 1; i <= 4; i++) {
			int writes = i;
			TestEngine.await().until(() -> slow.sink().writes().size() == writes);
			this.engine.advance(Duration.ofSeconds(20));
			slow.assertOpen();
			slow.sink().ready(1);
		}
		this.engine.work();
		this.engine.advance(Duration.ofSeconds(30));
		slow.awaitClosed(CloseReason.WRITE_TIMEOUT);
	}

	@Test
	void idleClientIsNotTakenForABlockedOne() {
		EventStream stream = this.engine.start(this.publisher,
				StreamSettings.builder().heartbeat(Duration.ZERO).build());
		Client client = this.engine.connect(stream);
		this.engine.advance(Duration.ofHours(1));
		client.assertOpen();
		this.publisher.emit("a");
		client.awaitData("a");
	}

	@Test
	void clientThatFallsOutOfTheLogIsClosedAndNoOther() {
		EventStream stream = this.engine.start(this.publisher, StreamSettings.builder().bufferSize(4).build());
		Client slow = this.engine.connect(stream);
		Client reader = this.engine.connect(stream);
		this.publisher.emit(1);
		slow.awaitEvents(1);
		slow.sink().block();
		for (int i = 2; i <= 20; i++) {
			this.publisher.emit(i);
			reader.awaitEvents(i);
		}
		// Without a sign of life of its own
		slow.awaitClosed(CloseReason.OVERFLOW);
		reader.assertOpen();
		assertThat(slow.data()).startsWith("1").hasSizeLessThan(20);
		assertThat(slow.data())
			.isEqualTo(IntStream.rangeClosed(1, slow.data().size()).mapToObj(String::valueOf).toList());
		Client back = this.engine.connect(stream, slow.sink().lastEventId());
		back.awaitEvents(5);
		int missed = 16 - slow.data().size();
		assertThat(back.data()).containsExactly("{\"cause\":\"evicted\",\"missed\":" + missed + "}", "17", "18", "19",
				"20");
	}

}
