package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.eventsource.DataWriter;
import io.eventsource.EventChannel;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.Frame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What counts as the memory of a stream, and that it is never more than
 * <code>buffer-memory</code> and one event.
 */
class MemoryTests {

	private static final int MEMORY = 200_000;

	private static final int LARGEST = 50_000;

	private final TestEngine engine = new TestEngine();

	private final EventChannel channel = EventChannel.create(10_000, Duration.ZERO);

	@AfterEach
	void close() {
		this.engine.close();
	}

	@ParameterizedTest
	@EnumSource
	void streamAndWhatWaitsForItAreBoundTogether(OverflowStrategy overflow) {
		for (boolean filtered : List.of(false, true)) {
			EventChannel source = EventChannel.create(10_000, Duration.ZERO);
			EventStream stream = stream(source, overflow, filtered);
			List<Client> clients = IntStream.range(0, 4).mapToObj((i) -> this.engine.connectBlocked(stream)).toList();
			Random random = new Random(7);
			int taken = 0;
			for (int i = 0; i < 3000; i++) {
				taken += publish(source, random.nextInt((i % 5 == 0) ? LARGEST - 100 : 200)) ? 1 : 0;
				assertThat(stream.log().memory().held())
					.isLessThanOrEqualTo(MEMORY + EncodedEvent.weight(LARGEST, filtered));
				if (i % 10 == 0) {
					clients.get(random.nextInt(4)).sink().ready(random.nextInt(60_000));
				}
			}
			assertThat(taken).isGreaterThan(10);
			clients.forEach((client) -> client.sink().ready());
			TestEngine.await().until(() -> stream.log().memory().held() <= MEMORY);
		}
	}

	@Test
	void whatWaitsIsTakenOnceThereIsRoom() {
		EventStream stream = stream(this.channel, OverflowStrategy.BACKPRESSURE, false);
		Client client = this.engine.connectBlocked(stream);
		int taken = 0;
		while (publish(this.channel, LARGEST - 100)) {
			taken++;
		}
		assertThat(taken).isBetween(3, 5);
		assertThatIllegalStateException().isThrownBy(() -> this.channel.publish("a", "b"))
			.withMessageContaining("The channel is full")
			.withMessageContaining("buffer-memory");
		client.sink().ready();
		client.awaitEvents(taken);
		TestEngine.await().until(() -> publish(this.channel, LARGEST - 100));
		client.awaitEvents(taken + 1);
	}

	@Test
	void eventThatIsJustAddedKeepsItsRoomFromOthers() throws InterruptedException {
		EventChannel patient = EventChannel.create(10_000, Duration.ofSeconds(30));
		EventStream stream = stream(patient, OverflowStrategy.BACKPRESSURE, false);
		Client client = this.engine.connect(stream);
		List<Thread> publishers = IntStream.range(0, 4)
			.mapToObj((i) -> new Thread(() -> IntStream.range(0, 300).forEach((j) -> publish(patient, LARGEST - 100))))
			.toList();
		publishers.forEach(Thread::start);
		for (Thread publisher : publishers) {
			publisher.join();
		}
		client.awaitEvents(1200);
		assertThat(client.missed()).isEmpty();
		client.assertOpen();
		TestEngine.await()
			.until(() -> stream.log().memory().held() == stream.log().memory().weight(stream.log().head()));
	}

	@Test
	void fullLogOfEventsThatNobodyNeedsHoldsUpNobody() {
		EventStream stream = stream(this.channel, OverflowStrategy.BACKPRESSURE, false);
		Client reader = this.engine.connect(stream);
		for (int i = 1; i <= 100; i++) {
			assertThat(publish(this.channel, LARGEST - 100)).isTrue();
			reader.awaitEvents(i);
			this.engine.work();
		}
		assertThat(reader.missed()).isEmpty();
	}

	@Test
	void subscriptionThatEndsGivesBackWhatWaited() {
		EventStream stream = stream(this.channel, OverflowStrategy.BACKPRESSURE, false);
		this.engine.connectBlocked(stream);
		while (publish(this.channel, LARGEST - 100)) {
			assertThat(stream.log().memory().held()).isPositive();
		}
		assertThat(stream.log().memory().held()).isGreaterThan(stream.log().memory().weight(stream.log().head()));
		stream.stop();
		TestEngine.await()
			.until(() -> stream.log().memory().held() == stream.log().memory().weight(stream.log().head()));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void eventsThemselvesAreKeptForFiltersOnly(boolean filtered) {
		EventStream stream = stream(this.channel, OverflowStrategy.DISCONNECT, filtered);
		publish(this.channel, 1000);
		Frame frame = stream.log().frame(0);
		assertThat(frame.event() != null).isEqualTo(filtered);
		assertThat(frame.weight()).isGreaterThan(filtered ? 2000 : 1000);
		IntStream.range(0, 1000).forEach((i) -> publish(this.channel, 1000));
		long count = stream.log().tail() - stream.log().head();
		assertThat(count).isBetween(filtered ? 70L : 140L, filtered ? 100L : 180L);
	}

	@Test
	void smallEventsAreNotTakenForNothing() {
		EventStream stream = this.engine.stream(this.channel,
				StreamSettings.builder().bufferSize(100_000).bufferMemory(MEMORY).maxEventSize(LARGEST).build());
		stream.start();
		IntStream.range(0, 10_000).forEach((i) -> publish(this.channel, 1));
		assertThat(stream.log().tail() - stream.log().head()).isLessThan(MEMORY / EncodedEvent.OVERHEAD);
	}

	@Test
	void earlyEventsAreNotMoreThanTheStreamHasRoomFor() {
		for (int i = 0; i < 100; i++) {
			publish(this.channel, LARGEST - 1000);
		}
		EventStream stream = this.engine.stream(this.channel, (builder) -> TestEngine.personal(builder)
			.settings(StreamSettings.builder().bufferMemory(MEMORY).maxEventSize(LARGEST).build()));
		Client client = this.engine.connectBlocked(stream);
		client.sink().ready();
		client.awaitEvents(100);
		assertThat(client.missed()).isEmpty();
		client.assertOpen();
	}

	@Test
	void streamOfOneClientKeepsNothingThatItsClientHasButTheLastEvent() {
		EventStream stream = this.engine.stream(this.channel, (builder) -> TestEngine.personal(builder)
			.settings(StreamSettings.builder().bufferMemory(MEMORY).maxEventSize(LARGEST).build()));
		Client client = this.engine.connect(stream);
		for (int i = 1; i <= 20; i++) {
			assertThat(publish(this.channel, 1000)).isTrue();
			client.awaitEvents(i);
		}
		this.engine.tick();
		assertThat(stream.log().memory().held()).isBetween(1L, 1000 + EncodedEvent.weight(1000, false));
		assertThat(stream.log().tail() - stream.log().head()).isOne();
		client.assertOpen();
	}

	@Test
	void earlyEventThatCannotBeSentIsLeftOut() {
		this.channel.publish("a", "first");
		this.channel.publish("a", "x".repeat(LARGEST));
		this.channel.publish("a", "last");
		EventStream stream = stream(this.channel, OverflowStrategy.DISCONNECT, false);
		assertThat(stream.snapshot().published()).isGreaterThanOrEqualTo(2);
		assertThat(this.engine.listener().rejections()).hasSize(1);
	}

	@Test
	void writerIsToldHowMuchCanBeSent() {
		AtomicInteger limit = new AtomicInteger();
		DataWriter writer = new DataWriter() {

			@Override
			public String write(Object data) {
				throw new IllegalStateException("Not told");
			}

			@Override
			public String write(Object data, int maxLength) {
				limit.set(maxLength);
				return "short";
			}

		};
		EventStream stream = this.engine.stream(this.channel, (builder) -> builder.dataWriter(writer)
			.settings(StreamSettings.builder().maxEventSize(LARGEST).build()));
		Client client = this.engine.connect(stream);
		this.channel.publish("a", 1);
		client.awaitData("short");
		assertThat(limit).hasValue(LARGEST);
	}

	private EventStream stream(EventChannel source, OverflowStrategy overflow, boolean filtered) {
		EventStream stream = this.engine.stream(source, (builder) -> builder
			.filters(filtered ? List.of((event, client) -> true) : List.of())
			.settings(StreamSettings.builder().overflow(overflow).bufferMemory(MEMORY).maxEventSize(LARGEST).build()));
		stream.start();
		return stream;
	}

	private static boolean publish(EventChannel channel, int size) {
		try {
			channel.publish("message", "x".repeat(size));
			return true;
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

}
