package io.eventsource.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import io.eventsource.Background;
import io.eventsource.CloseReason;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.StreamSettings;
import io.eventsource.engine.runtime.Dispatcher;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A fast channel, and clients that stop reading, fall behind, break and come back at
 * random. Each must get each event once, in order, or be told how many it cannot have. A
 * failure names the seed: {@code -Deventsource.seed=} repeats the choices, though not the
 * threads' timing.
 */
class EventStreamStressTests {

	private static final Log logger = LogFactory.getLog(EventStreamStressTests.class);

	private static final int PUBLISHERS = 3;

	private static final int EVENTS_PER_PUBLISHER = 10_000;

	private static final int EVENTS = PUBLISHERS * EVENTS_PER_PUBLISHER;

	private static final int CLIENTS = 8;

	private static final Pattern GAP = Pattern.compile("\\{\"cause\":\"evicted\",\"missed\":(\\d+)}");

	private final long seed = Long.getLong("eventsource.seed", System.nanoTime());

	private final ScheduledExecutorService container = Executors.newScheduledThreadPool(2);

	/**
	 * Time runs 20 times as fast for the engine: the grace and all timeouts are short.
	 */
	private final Dispatcher dispatcher = new Dispatcher(2, () -> System.nanoTime() * 20);

	private final EventChannel channel = EventChannel.create(64, Duration.ofSeconds(20));

	private final EventStream stream = EventStream.builder("stress", this.channel, this.dispatcher)
		.settings(StreamSettings.builder().bufferSize(256).maxEventSize(32 * 1024).bufferMemory(128 * 1024).build())
		.build();

	/** What the event at each place is, whichever client gets it first. */
	private final Map<Integer, String> events = new ConcurrentHashMap<>();

	@AfterEach
	void close() {
		this.stream.close();
		this.dispatcher.close();
		this.container.shutdownNow();
	}

	@Test
	void everyClientGetsEveryEventOnceInOrderOrIsToldWhatItMissed() {
		logger.info("-Deventsource.seed=" + this.seed);
		AtomicInteger started = new AtomicInteger();
		List<StressClient> clients = IntStream.range(0, CLIENTS).mapToObj(StressClient::new).toList();
		List<CompletableFuture<Void>> runs = clients.stream()
			.map((client) -> Background.run(() -> client.run(started)))
			.toList();
		TestEngine.await().until(() -> started.get() == CLIENTS);
		IntStream.range(0, PUBLISHERS)
			.mapToObj((i) -> Background.run(() -> publish(i)))
			.toList()
			.forEach(CompletableFuture::join);
		this.channel.complete();
		runs.forEach(CompletableFuture::join);
		logger.info(clients);
		assertThat(clients).as(toString()).allSatisfy((client) -> assertThat(client.next).isEqualTo(EVENTS));
		assertPublishersKeptTheirOrder();
		assertThat(this.stream.snapshot().clients()).isZero();
		assertThat(this.stream.snapshot().published()).isEqualTo(EVENTS);
	}

	private void publish(int publisher) {
		Random random = new Random(this.seed + 1000 + publisher);
		for (int i = 0; i < EVENTS_PER_PUBLISHER; i++) {
			String padding = "x".repeat((random.nextInt(300) == 0) ? 20_000 : random.nextInt(40));
			this.channel.publish("event", publisher + ":" + i + ":" + padding);
			if (random.nextInt(500) == 0) {
				Thread.yield();
			}
		}
	}

	private void assertPublishersKeptTheirOrder() {
		int[] next = new int[PUBLISHERS];
		IntStream.range(0, EVENTS).mapToObj(this.events::get).filter((event) -> event != null).forEach((event) -> {
			String[] parts = event.split(":");
			int publisher = Integer.parseInt(parts[0]);
			int number = Integer.parseInt(parts[1]);
			assertThat(number).as(toString()).isGreaterThanOrEqualTo(next[publisher]);
			next[publisher] = number + 1;
		});
	}

	@Override
	public String toString() {
		return "-Deventsource.seed=" + this.seed;
	}

	/**
	 * A client that comes back until it has everything.
	 */
	private final class StressClient {

		private final int number;

		private final Random random;

		/** The place of the event that must come next, or -1 before the first one. */
		private int next = -1;

		private String lastEventId = "";

		private int connections;

		private int received;

		private int missed;

		StressClient(int number) {
			this.number = number;
			this.random = new Random(EventStreamStressTests.this.seed + number);
		}

		void run(AtomicInteger started) {
			EventStream stream = EventStreamStressTests.this.stream;
			while (this.lastEventId.isEmpty() || !stream.isOver(this.lastEventId)) {
				StressSink sink = new StressSink(this.random);
				String resumed = this.lastEventId.isEmpty() ? null : this.lastEventId;
				String id = this.number + "/" + this.connections++;
				sink.open(stream.connect(EventClient.builder(id, "stress").lastEventId(resumed).build(), sink));
				if (this.connections == 1) {
					started.incrementAndGet();
				}
				sink.completed.join();
				sink.events().forEach(this::receive);
				this.lastEventId = sink.lastEventId().isEmpty() ? this.lastEventId : sink.lastEventId();
				assertThat(sink.violations()).as(EventStreamStressTests.this.toString()).isEmpty();
				assertThat(sink.completions()).as(EventStreamStressTests.this.toString()).isOne();
			}
		}

		private void receive(Received event) {
			if (event.type().equals("gap")) {
				Matcher gap = GAP.matcher(event.data());
				assertThat(gap.matches()).as("%s: %s", EventStreamStressTests.this, event).isTrue();
				int count = Integer.parseInt(gap.group(1));
				assertThat(count).isPositive();
				// Counted from the last id, of which an earlier gap may have told too
				this.missed += count;
				this.next = place(this.lastEventId) + 1 + count;
			}
			else {
				int place = place(event.lastEventId());
				assertThat(place).as("%s: %s", EventStreamStressTests.this, this)
					.isEqualTo((this.next < 0) ? place : this.next);
				String known = EventStreamStressTests.this.events.putIfAbsent(place, event.data());
				assertThat(event.data()).as(EventStreamStressTests.this.toString())
					.isEqualTo((known != null) ? known : event.data());
				this.next = place + 1;
				this.lastEventId = event.lastEventId();
				this.received++;
			}
		}

		private static int place(String id) {
			return Integer.parseInt(id.substring(id.indexOf('-') + 1));
		}

		@Override
		public String toString() {
			return "client " + this.number + ": next " + this.next + ", " + this.connections + " connections, "
					+ this.received + " received, " + this.missed + " missed";
		}

	}

	/**
	 * A connection that is not always ready, and may break.
	 */
	private final class StressSink extends RecordingSink {

		private final CompletableFuture<Void> completed = new CompletableFuture<>();

		private final Random random;

		private int stepsToLive;

		StressSink(Random random) {
			super(Long.MAX_VALUE);
			this.random = new Random(random.nextLong());
			this.stepsToLive = (this.random.nextInt(4) == 0) ? Integer.MAX_VALUE : 1 + this.random.nextInt(100);
		}

		@Override
		public boolean isReady() {
			int chance = this.random.nextInt(1000);
			if (chance >= 100) {
				return super.isReady();
			}
			// Mostly at once, sometimes longer than the publisher waits for a client
			long delay = (chance == 0) ? 80_000 : this.random.nextInt(100) * chance / 10;
			EventStreamStressTests.this.container.schedule(connection()::writable, delay, TimeUnit.MICROSECONDS);
			return false;
		}

		@Override
		public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
			super.write(bytes, offset, length);
			live();
		}

		@Override
		public synchronized void flush() throws IOException {
			live();
			super.flush();
		}

		private void live() throws IOException {
			if (--this.stepsToLive == 0) {
				if (this.random.nextBoolean()) {
					throw new IOException("cut");
				}
				EventConnection connection = connection();
				EventStreamStressTests.this.container.execute(() -> connection.close(CloseReason.DISCONNECTED));
			}
		}

		@Override
		public void complete() {
			leak(this.random.nextDouble());
			super.complete();
			this.completed.complete(null);
		}

	}

}
