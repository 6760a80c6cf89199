package io.eventsource.engine.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.StreamSettings;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.RecordingSink;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.BoundedExecutor;
import io.eventsource.engine.runtime.ThrottledLog;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That parts of histories on their way to clients are bounded, and that each client has
 * its turn.
 */
class HistoryTurnsTests {

	private static final int MEMORY = 4_000_000;

	private static final int LARGE = 400_000;

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final ExecutorService readers = Executors.newCachedThreadPool();

	@AfterEach
	void close() {
		this.engine.close();
		this.readers.shutdownNow();
	}

	@Test
	void clientsThatTakeNothingGiveUpTheirTurnsToThoseThatWait() {
		EventStream stream = withHistory(LARGE);
		List<Client> stuck = IntStream.range(0, 6).mapToObj((i) -> returning(stream, new RecordingSink(1))).toList();
		TestEngine.await().until(() -> stuck.stream().anyMatch((client) -> client.sink().isFull()));
		Client reader = returning(stream, new RecordingSink(Long.MAX_VALUE));
		assertThat(stream.log().memory().held()).isBetween((long) LARGE, MEMORY / 4L);
		TestEngine.await().until(() -> {
			this.engine.advance(Duration.ofMillis(500));
			return reader.data().size() == 3 && stuck.stream().anyMatch((client) -> client.sink().isComplete());
		});
		reader.assertOpen();
		assertThat(stuck.stream().flatMap((client) -> this.engine.listener().closed(client.id()).stream()).distinct())
			.containsExactly(CloseReason.OVERFLOW);
	}

	@Test
	void clientsThatTakeNothingKeepTheirTurnsWhileNobodyWaits() {
		EventStream stream = withHistory(LARGE);
		Client stuck = returning(stream, new RecordingSink(1));
		TestEngine.await().until(() -> stuck.sink().isFull());
		this.engine.advance(Duration.ofSeconds(5));
		this.engine.advance(Duration.ofSeconds(5));
		stuck.assertOpen();
		stuck.sink().ready();
		stuck.awaitEvents(3);
	}

	@Test
	void clientsThatTakeNothingInTheMidstOfSmallEventsKeepNothing() {
		EventStream stream = withHistory(10_000);
		List<Client> stuck = IntStream.range(0, 200).mapToObj((i) -> returning(stream, new RecordingSink(1))).toList();
		TestEngine.await().until(() -> stuck.stream().allMatch((client) -> client.sink().isFull()));
		TestEngine.await().until(() -> stream.log().memory().held() == 0);
		this.engine.advance(Duration.ofSeconds(5));
		stuck.forEach(Client::assertOpen);
		stuck.forEach((client) -> client.sink().ready());
		stuck.forEach((client) -> client.awaitEvents(3));
	}

	/** Readers and clients of any speed, some of which go at any moment. */
	@Test
	void turnsAreBoundedAndAllComeToTheirEnd() throws Exception {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		Random random = new Random(seed);
		EventLog log = new EventLog(16, MEMORY, false, false, System::nanoTime);
		ThrottledLog throttled = new ThrottledLog(LogFactory.getLog(HistoryTurnsTests.class), System::nanoTime);
		HistoryTurns turns = new HistoryTurns(new BoundedExecutor(this.readers, HistoryTurns.READERS, throttled), log,
				log::tail, MEMORY);
		AtomicLong bytes = new AtomicLong();
		AtomicLong most = new AtomicLong();
		AtomicInteger reading = new AtomicInteger();
		AtomicInteger mostReading = new AtomicInteger();
		AtomicInteger failures = new AtomicInteger();
		List<Life> lives = new ArrayList<>();
		for (int i = 0; i < 4000; i++) {
			Life life = new Life((random.nextInt(5) == 0) ? LARGE : random.nextInt(Slice.MAX_BYTES));
			lives.add(life);
			HistoryTurns.Turn[] turn = new HistoryTurns.Turn[1];
			turn[0] = turns.new Turn(() -> {
				mostReading.accumulateAndGet(reading.incrementAndGet(), Math::max);
				try {
					turn[0].growTo(life.size);
					most.accumulateAndGet(bytes.addAndGet(life.size), Math::max);
					turn[0].read(life.size);
				}
				catch (InterruptedException ex) {
					failures.incrementAndGet();
				}
				finally {
					reading.decrementAndGet();
				}
				pause();
				bytes.addAndGet(-life.size);
				turn[0].end();
				life.ends.add("read");
			}, failures::incrementAndGet);
			turn[0].request();
			if (random.nextInt(4) == 0) {
				pause();
				if (turn[0].end()) {
					life.ends.add("gone");
				}
			}
		}
		for (Life life : lives) {
			TestEngine.await().until(() -> life.ends.size() == 1);
		}
		assertThat(failures).hasValue(0);
		assertThat(turns.isContended()).as("seed %d", seed).isFalse();
		assertThat(log.memory().held()).as("seed %d", seed).isZero();
		assertThat(mostReading.get()).isBetween(2, HistoryTurns.READERS);
		// Those that were ended while they were read are counted here, and not there
		assertThat(most.get()).isLessThanOrEqualTo(MEMORY / 4 + (HistoryTurns.READERS + 1L) * LARGE);
	}

	@Test
	void endOfATurnLetsTheNextOneBeginAtOnce() {
		EventLog log = new EventLog(16, MEMORY, false, false, System::nanoTime);
		HistoryTurns turns = new HistoryTurns(Runnable::run, log, log::tail, MEMORY);
		List<String> seen = new ArrayList<>();
		HistoryTurns.Turn first = turns.new Turn(() -> seen.add("first"), () -> seen.add("unread"));
		HistoryTurns.Turn second = turns.new Turn(() -> seen.add("second"), () -> seen.add("unread"));
		first.request();
		first.read(MEMORY);
		second.request();
		assertThat(seen).containsExactly("first");
		assertThat(turns.isContended()).isTrue();
		first.end();
		assertThat(seen).containsExactly("first", "second");
		second.end();
		assertThat(turns.isContended()).isFalse();
		assertThat(log.memory().held()).isZero();
	}

	@Test
	void whereThereIsNoThreadTheNextOneIsNotHeldUp() {
		AtomicInteger calls = new AtomicInteger();
		EventLog log = new EventLog(16, MEMORY, false, false, System::nanoTime);
		HistoryTurns turns = new HistoryTurns((task) -> {
			if (calls.incrementAndGet() % 2 == 1) {
				throw new RejectedExecutionException("full");
			}
			task.run();
		}, log, log::tail, MEMORY);
		List<String> seen = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			HistoryTurns.Turn turn = turns.new Turn(() -> seen.add("read"), () -> seen.add("unread"));
			turn.request();
			turn.read(10);
			turn.end();
		}
		assertThat(seen).hasSize(40).containsOnly("read", "unread");
		assertThat(log.memory().held()).isZero();
	}

	private static void pause() {
		long end = System.nanoTime() + ThreadLocalRandom.current().nextInt(100_000);
		while (System.nanoTime() < end) {
			Thread.onSpinWait();
		}
	}

	private EventStream withHistory(int size) {
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> builder.settings(StreamSettings.builder().bufferMemory(MEMORY).build())
					.history((id, client, limit) -> IntStream.rangeClosed(1, 3)
						.mapToObj((i) -> Event.builder().id("h" + i).data(i + "x".repeat(size)).build())));
		stream.start();
		return stream;
	}

	private Client returning(EventStream stream, RecordingSink sink) {
		return this.engine.connect(stream, "h0", sink);
	}

	/** How one turn ended. */
	private static final class Life {

		private final int size;

		private final ConcurrentLinkedQueue<String> ends = new ConcurrentLinkedQueue<>();

		Life(int size) {
			this.size = size;
		}

	}

}
