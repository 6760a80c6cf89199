package io.eventsource.engine.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.EventChannel;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.RecordingSink;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Clients that stand still in the midst of events that have left the log.
 */
class StragglerTests {

	private static final int MEMORY = 4_000_000;

	private static final int LARGE = 200_000;

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private int emitted;

	@AfterEach
	void close() {
		this.engine.close();
	}

	@ParameterizedTest
	@EnumSource
	void thoseFurthestBehindAreClosedOnceMoreIsKeptThanMayBe(OverflowStrategy overflow) {
		EventStream stream = start(overflow);
		List<Client> stuck = IntStream.range(0, 5).mapToObj((i) -> stuckIn(stream, i)).toList();
		Client reader = this.engine.connect(stream);
		emit(Stream.concat(stuck.stream(), Stream.of(reader)).toList(), 35);
		// An eighth of the memory holds two of these, beside the newest
		stuck.subList(0, 2).forEach((client) -> client.awaitClosed(CloseReason.OVERFLOW));
		this.engine.tick();
		stuck.subList(2, 5).forEach(Client::assertOpen);
		assertThat(stream.log().memory().stragglers().bytes()).isBetween(3L * LARGE, MEMORY / 8L + LARGE + 200);
		stuck.get(2).sink().connection().close(CloseReason.DISCONNECTED);
		reader.assertOpen();
		stuck.get(3).sink().ready();
		stuck.get(4).sink().connection().close(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> stream.log().memory().stragglers().isEmpty());
		assertThat(stream.log().memory().stragglers().bytes()).isZero();
	}

	@Test
	void whatManyClientsKeepCountsOnce() {
		EventStream stream = start(OverflowStrategy.DISCONNECT);
		List<Client> stuck = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			stuck.add(stuckIn(stream, i % 2));
		}
		emit(stuck, 2);
		emit(stuck, 40);
		this.engine.tick();
		stuck.forEach(Client::assertOpen);
		assertThat(stream.log().memory().stragglers().bytes()).isBetween(2L * LARGE, MEMORY / 8L);
		stuck.forEach((client) -> client.sink().connection().close(CloseReason.DISCONNECTED));
		TestEngine.await().until(() -> stream.log().memory().stragglers().bytes() == 0);
	}

	@Test
	void whatTheLogHasIsNotCountedTwice() {
		EventStream stream = start(OverflowStrategy.DISCONNECT);
		List<Client> stuck = IntStream.range(0, 10).mapToObj((i) -> stuckIn(stream, i)).toList();
		emit(stuck, 10);
		this.engine.tick();
		assertThat(stream.log().memory().stragglers().isEmpty()).isFalse();
		assertThat(stream.log().memory().stragglers().bytes()).isZero();
		assertThat(stream.log().memory().held()).isEqualTo(stream.log().memory().weight(0));
		stuck.forEach((client) -> client.sink().ready());
		stuck.forEach((client) -> client.awaitEvents(10));
	}

	@Test
	void logMakesRoomForWhatIsKeptByClientsThatNobodyWaitsFor() {
		EventStream stream = start(OverflowStrategy.DISCONNECT);
		List<Client> stuck = List.of(stuckIn(stream, 0), stuckIn(stream, 1));
		Client reader = this.engine.connect(stream);
		List<Client> clients = Stream.concat(stuck.stream(), Stream.of(reader)).toList();
		emit(clients, 5);
		this.engine.advance(Duration.ofSeconds(2));
		for (int i = 0; i < 30; i++) {
			emit(clients, 1);
			this.engine.work();
			assertThat(stream.log().memory().held()).isLessThanOrEqualTo(MEMORY);
		}
		assertThat(stream.log().memory().stragglers().bytes()).isGreaterThan(2L * LARGE);
		clients.forEach(Client::assertOpen);
		assertThat(reader.missed()).isEmpty();
	}

	@Test
	void publisherHasNoRoomForMoreWhereClientsKeepWhatItWouldDrop() {
		EventChannel channel = EventChannel.create(100_000, Duration.ZERO);
		EventStream stream = this.engine.stream(channel,
				StreamSettings.builder()
					.overflow(OverflowStrategy.BACKPRESSURE)
					.bufferMemory(MEMORY)
					.bufferSize(100_000)
					.build());
		stream.start();
		Client stuck = stuckIn(stream, 0);
		channel.publish("message", "x".repeat(LARGE));
		TestEngine.await().until(() -> stuck.sink().isFull());
		this.engine.work();
		int size = 1000;
		assertThatIllegalStateException().isThrownBy(() -> {
			while (true) {
				channel.publish("message", "x".repeat(size));
			}
		}).withMessageContaining("The channel is full");
		assertThat(stream.log().memory().held()).isBetween(MEMORY - 2 * EncodedEvent.weight(size, false),
				MEMORY + 2 * EncodedEvent.weight(size, false));
		stuck.assertOpen();
	}

	@Test
	void onlyClientMayKeepOneEventHoweverLarge() {
		EventStream stream = this.engine.stream(this.publisher,
				StreamSettings.builder().bufferMemory(2 * LARGE).maxEventSize(2 * LARGE).build());
		stream.start();
		TestEngine.await().until(() -> this.publisher.subscriptions() == 1);
		Client stuck = stuckIn(stream, 0);
		Client reader = this.engine.connect(stream);
		emit(List.of(stuck, reader), 10);
		this.engine.tick();
		stuck.assertOpen();
		assertThat(stream.log().memory().stragglers().bytes()).isGreaterThan(LARGE);
		assertThat(stream.log().memory().held())
			.isLessThanOrEqualTo(2 * LARGE + EncodedEvent.weight(LARGE + 100, false));
		stuck.sink().ready();
		TestEngine.await().until(() -> stuck.data().size() == 1);
		reader.assertOpen();
	}

	/** Whatever they do, no more is held than the settings say, and one event. */
	@ParameterizedTest
	@EnumSource
	void clientsThatStopAndGoOnAtRandomNeverHoldMore(OverflowStrategy overflow) {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		Random random = new Random(seed);
		EventChannel channel = EventChannel.create(1000, Duration.ZERO);
		EventStream stream = this.engine.stream(channel,
				StreamSettings.builder().overflow(overflow).bufferMemory(MEMORY).maxEventSize(2 * LARGE).build());
		stream.start();
		List<Client> clients = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			if (i % 10 == 0) {
				clients.add(this.engine.connectBlocked(stream));
			}
			try {
				channel.publish("message", "x".repeat(random.nextInt((i % 3 == 0) ? LARGE : 1000)));
			}
			catch (IllegalStateException ex) {
				assertThat(ex).hasMessageStartingWith("The channel is full");
			}
			clients.get(random.nextInt(clients.size())).sink().ready(random.nextInt(2 * LARGE));
			if (i % 50 == 0) {
				this.engine.advance(Duration.ofMillis(700));
			}
			// Those that are about to be closed keep theirs until a worker comes to them
			TestEngine.await()
				.untilAsserted(() -> assertThat(stream.log().memory().held()).as("seed %d", seed)
					.isLessThanOrEqualTo(MEMORY + EncodedEvent.weight(2 * LARGE, false)));
		}
		clients.forEach((client) -> client.sink().connection().close(CloseReason.DISCONNECTED));
		TestEngine.await().until(() -> stream.log().memory().stragglers().isEmpty());
		assertThat(stream.log().memory().stragglers().bytes()).isZero();
		TestEngine.await()
			.until(() -> stream.log().memory().held() == stream.log().memory().weight(stream.log().head()));
	}

	private EventStream start(OverflowStrategy overflow) {
		EventStream stream = this.engine.stream(this.publisher,
				StreamSettings.builder().overflow(overflow).bufferMemory(MEMORY).build());
		stream.start();
		TestEngine.await().until(() -> this.publisher.subscriptions() == 1);
		return stream;
	}

	/** Takes so many events, and a part of the next one. */
	private Client stuckIn(EventStream stream, int events) {
		return this.engine.connect(stream, null, new RecordingSink((long) events * LARGE + 70_000));
	}

	private void emit(List<Client> clients, int count) {
		for (int i = 0; i < count; i++) {
			this.emitted++;
			this.publisher.emit("x".repeat(LARGE));
			TestEngine.await().until(() -> clients.stream().allMatch(this::isSettled));
		}
	}

	private boolean isSettled(Client client) {
		RecordingSink sink = client.sink();
		return sink.isComplete() || sink.isFull() || sink.taken() > (long) this.emitted * LARGE;
	}

}
