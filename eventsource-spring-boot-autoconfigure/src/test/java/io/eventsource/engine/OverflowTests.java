package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What becomes of clients that lag, and what publishers are asked for, under each
 * strategy.
 */
class OverflowTests {

	private static final Duration BEYOND_GRACE = Duration.ofSeconds(2);

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	@AfterEach
	void close() {
		this.engine.close();
	}

	@Test
	void skippingClientStaysAndIsToldHowManyItHasMissed() {
		EventStream stream = start(OverflowStrategy.SKIP, 8);
		Client reader = this.engine.connect(stream);
		Client slow = this.engine.connect(stream);
		this.publisher.emit(0);
		slow.awaitData("0");
		slow.sink().block();
		emitOneByOne(reader, 1, 20);
		slow.sink().ready();
		// The log has kept 13 to 20, so that it goes on in the middle of those
		slow.awaitData("0", "{\"cause\":\"overflow\",\"missed\":16}", "17", "18", "19", "20");
		assertThat(slow.sink().events().get(1).type()).isEqualTo("gap");
		assertThat(slow.missed()).containsExactly("OVERFLOW 16");
		this.publisher.emit(21);
		reader.awaitEvents(22);
		slow.awaitEvents(7);
		slow.assertOpen();
	}

	@Test
	void gapLeavesTheLastEventIdOfTheClientAsItWas() {
		EventStream stream = start(OverflowStrategy.SKIP, 4);
		Client reader = this.engine.connect(stream);
		Client slow = this.engine.connect(stream);
		this.publisher.emit(0);
		slow.awaitData("0");
		String before = slow.sink().lastEventId();
		slow.sink().block();
		emitOneByOne(reader, 1, 10);
		slow.sink().ready();
		slow.awaitEvents(4);
		Received gap = slow.sink().events().get(1);
		assertThat(gap.type()).isEqualTo("gap");
		assertThat(gap.lastEventId()).isEqualTo(before);
	}

	@Test
	void skippedEventIsFinishedBeforeTheGap() {
		String large = "0123456789".repeat(30_000);
		EventStream stream = start(OverflowStrategy.SKIP, 2);
		Client slow = this.engine.connect(stream, null, new RecordingSink(1));
		this.publisher.emit(large);
		TestEngine.await().until(() -> slow.sink().writes().size() == 1);
		this.publisher.emit("b", "c", "d", "e");
		slow.sink().ready();
		slow.awaitData(large, "{\"cause\":\"overflow\",\"missed\":3}", "e");
	}

	@Test
	void gapEventHasTheNameThatWasSet() {
		EventStream stream = start(settings(OverflowStrategy.SKIP, 2).gapEvent("lücke"));
		Client slow = this.engine.connectBlocked(stream);
		this.publisher.emit(1, 2, 3, 4);
		slow.sink().ready();
		slow.awaitData("{\"cause\":\"overflow\",\"missed\":3}", "4");
		assertThat(slow.sink().events().get(0).type()).isEqualTo("lücke");
	}

	@Test
	void gapEventMayBeSwitchedOff() {
		EventStream stream = start(settings(OverflowStrategy.SKIP, 2).gapEvent(""));
		Client slow = this.engine.connectBlocked(stream);
		this.publisher.emit(1, 2, 3, 4);
		slow.sink().ready();
		slow.awaitData("4");
		assertThat(slow.missed()).containsExactly("OVERFLOW 3");
	}

	@Test
	void lateClientSkipsWhatHasBeenOvertaken() {
		EventStream stream = start(OverflowStrategy.CONFLATE, 100);
		Client slow = lagging(stream);
		emit("a", 1);
		emit("b", 2);
		emit("a", 3);
		emit("c", 4);
		emit("a", 5);
		resume(slow);
		slow.awaitData("first", "2", "4", "5");
		assertThat(slow.missed()).isEmpty();
	}

	@Test
	void clientThatKeepsUpGetsEverythingOfAConflatedStream() {
		EventStream stream = start(OverflowStrategy.CONFLATE, 100);
		Client reader = this.engine.connect(stream);
		IntStream.range(0, 50).forEach((i) -> emit("a", i));
		reader.awaitEvents(50);
	}

	@Test
	void clientThatResumesGetsEverythingOfAConflatedStream() {
		EventStream stream = start(OverflowStrategy.CONFLATE, 100);
		Client reader = this.engine.connect(stream);
		IntStream.range(0, 10).forEach((i) -> emit("a", i));
		reader.awaitEvents(10);
		String first = reader.sink().events().get(0).lastEventId();
		this.engine.connect(stream, first).awaitEvents(9);
	}

	@Test
	void eventsWithoutKeyAreOvertakenByThoseOfTheirType() {
		EventStream stream = start(OverflowStrategy.CONFLATE, 100);
		Client slow = lagging(stream);
		this.publisher.link().subscriber().onNext(Event.of("price", 1));
		this.publisher.link().subscriber().onNext(Event.of("news", 2));
		this.publisher.link().subscriber().onNext(Event.of("price", 3));
		resume(slow);
		slow.awaitData("first", "2", "3");
	}

	@Test
	void keyIsNotTakenForAType() {
		EventStream stream = start(OverflowStrategy.CONFLATE, 100);
		Client slow = lagging(stream);
		this.publisher.link().subscriber().onNext(Event.of("price", 1));
		emit("price", 2);
		resume(slow);
		slow.awaitData("first", "1", "2");
	}

	@Test
	void blockWithoutDataOvertakesNothing() {
		EventStream stream = start(OverflowStrategy.CONFLATE, 100);
		Client slow = lagging(stream);
		this.publisher.emit("a");
		this.publisher.link().subscriber().onNext(Event.builder().comment("c").build());
		resume(slow);
		slow.awaitData("first", "a");
		assertThat(slow.sink().comments()).contains("c");
	}

	@Test
	void conflatingClientIsToldOfNoGapWhereNewerEventsStandForAllOlderOnes() {
		EventStream stream = start(OverflowStrategy.CONFLATE, 4);
		Client reader = this.engine.connect(stream);
		Client slow = lagging(stream);
		for (int i = 0; i < 20; i++) {
			emit((i % 2 == 0) ? "even" : "odd", i);
			reader.awaitEvents(i + 2);
		}
		resume(slow);
		slow.awaitData("first", "18", "19");
		assertThat(slow.missed()).isEmpty();
		slow.assertOpen();
	}

	@Test
	void conflatingClientIsToldOfAGapWhereAnEventHasLeftThatNoNewerOneReplaces() {
		EventStream stream = start(OverflowStrategy.CONFLATE, 4);
		Client reader = this.engine.connect(stream);
		Client slow = lagging(stream);
		emit("rare", 0);
		reader.awaitEvents(2);
		for (int i = 1; i <= 20; i++) {
			emit("often", i);
			reader.awaitEvents(i + 2);
		}
		resume(slow);
		slow.awaitData("first", "{\"cause\":\"overflow\"}", "20");
		assertThat(slow.missed()).containsExactly("OVERFLOW");
	}

	@Test
	void everyLaggingClientGetsTheLatest() {
		EventStream stream = start(OverflowStrategy.CONFLATE, 100);
		List<Client> slow = IntStream.range(0, 10).mapToObj((i) -> lagging(stream)).toList();
		IntStream.range(0, 50).forEach((i) -> emit("a", i));
		slow.forEach(this::resume);
		assertThat(slow).allSatisfy((client) -> TestEngine.await()
			.untilAsserted(() -> assertThat(client.data()).endsWith("49").hasSizeLessThan(25)));
	}

	@Test
	void backpressureLosesNothingForAClientThatReadsWithinTheWriteTimeout() {
		// The first client starts the publisher: those after it get what it has emitted
		StreamSettings settings = settings(OverflowStrategy.BACKPRESSURE, 8).initialReplay(8).build();
		EventStream stream = this.engine.stream(Flux.range(1, 60).map(Event::of), settings);
		Client slow = this.engine.connectBlocked(stream);
		Client slower = this.engine.connectBlocked(stream);
		Client reader = this.engine.connect(stream);
		for (int i = 0; i < 60 && slower.data().size() < 60; i++) {
			this.engine.advance(BEYOND_GRACE);
			slow.sink().ready();
			slower.sink().ready(100);
			this.engine.work();
		}
		List<String> all = IntStream.rangeClosed(1, 60).mapToObj(String::valueOf).toList();
		assertThat(List.of(reader, slow, slower)).allSatisfy((client) -> {
			client.awaitClosed(CloseReason.COMPLETED);
			assertThat(client.data()).isEqualTo(all);
		});
	}

	@Test
	void backpressureLosesNothingOfAPublisherWithThreadsOfItsOwn() {
		StreamSettings settings = settings(OverflowStrategy.BACKPRESSURE, 64).maxEventSize(70_000)
			.bufferMemory(300_000)
			.initialReplay(64)
			.build();
		Flux<Event> burst = Flux.range(1, 300)
			.map((i) -> Event.of(i + "x".repeat((i > 150) ? 60_000 : 10)))
			.subscribeOn(Schedulers.boundedElastic());
		EventStream stream = this.engine.stream(burst, settings);
		Client slow = this.engine.connectBlocked(stream);
		Client reader = this.engine.connect(stream);
		this.engine.advance(BEYOND_GRACE);
		slow.sink().ready();
		reader.awaitClosed(CloseReason.COMPLETED);
		slow.awaitClosed(CloseReason.COMPLETED);
		assertThat(reader.data()).hasSize(300);
		assertThat(slow.data()).hasSize(300);
	}

	@Test
	void clientThatTakesNothingCannotStallABackpressuredStreamForGood() {
		StreamSettings settings = settings(OverflowStrategy.BACKPRESSURE, 8).build();
		EventStream stream = this.engine.stream(Flux.range(1, 100).map(Event::of), settings);
		Client stalled = this.engine.connectBlocked(stream);
		Client reader = this.engine.connect(stream);
		this.engine.advance(settings.connection().writeTimeout().minusMillis(1));
		stalled.assertOpen();
		assertThat(stream.snapshot().published()).isLessThanOrEqualTo(8);
		this.engine.advance(Duration.ofMillis(1));
		stalled.awaitClosed(CloseReason.WRITE_TIMEOUT);
		reader.awaitClosed(CloseReason.COMPLETED);
		assertThat(reader.data()).hasSizeGreaterThanOrEqualTo(92).endsWith("100");
	}

	@Test
	void backpressureReachesThePublisherOfAChannel() {
		EventChannel channel = EventChannel.create(4, Duration.ZERO);
		EventStream stream = this.engine.stream(channel, settings(OverflowStrategy.BACKPRESSURE, 8).build());
		Client stalled = this.engine.connectBlocked(stream);
		this.engine.advance(BEYOND_GRACE);
		AtomicLong published = new AtomicLong();
		assertThatIllegalStateException().isThrownBy(() -> {
			while (published.get() < 1000) {
				channel.publish("message", published.get());
				published.incrementAndGet();
			}
		}).withMessageContaining("The channel is full");
		assertThat(published.get()).isBetween(8L, 12L);
		stalled.sink().ready();
		stalled.awaitEvents(published.intValue());
	}

	/** Design, behaviour 15: a publisher that honours demand never overruns a reader. */
	@ParameterizedTest
	@EnumSource
	void burstOfAPublisherThatHonoursDemandReachesAReaderWhole(OverflowStrategy overflow) {
		EventStream stream = this.engine.stream(Flux.range(1, 20_000).map(Event::of), settings(overflow, 16).build());
		Client reader = this.engine.connect(stream);
		reader.awaitClosed(CloseReason.COMPLETED);
		assertThat(reader.data()).hasSize(20_000);
		assertThat(reader.missed()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void burstsFromAnotherThreadReachAReaderWhole(OverflowStrategy overflow) {
		Flux<Event> bursts = Flux.range(1, 20_000).map(Event::of).publishOn(Schedulers.parallel(), 64);
		EventStream stream = this.engine.stream(bursts, settings(overflow, 16).build());
		Client reader = this.engine.connect(stream);
		reader.awaitClosed(CloseReason.COMPLETED);
		assertThat(reader.data()).hasSize(20_000);
		assertThat(reader.missed()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void demandIsNeverMoreThanTheLogHasRoomForBeforeAClientThatCounts(OverflowStrategy overflow) {
		EventStream stream = start(overflow, 8);
		Client client = this.engine.connectBlocked(stream);
		this.engine.tick();
		assertThat(this.publisher.link().requested()).isLessThanOrEqualTo(8);
		this.publisher.emit(IntStream.range(0, (int) this.publisher.link().requested()).boxed().toArray());
		long asked = this.publisher.link().requested();
		this.engine.tick();
		assertThat(this.publisher.link().requested()).isEqualTo(asked);
		client.sink().ready();
		TestEngine.await().until(() -> this.publisher.link().requested() > asked);
		client.awaitEvents((int) asked);
	}

	@ParameterizedTest
	@EnumSource
	void blockedClientCountsBeyondTheGraceUnderBackpressureOnly(OverflowStrategy overflow) {
		EventStream stream = start(overflow, 8);
		this.engine.connectBlocked(stream);
		this.engine.tick();
		this.publisher.emit(IntStream.range(0, (int) this.publisher.link().requested()).boxed().toArray());
		long asked = this.publisher.link().requested();
		this.engine.advance(BEYOND_GRACE);
		if (overflow == OverflowStrategy.BACKPRESSURE) {
			this.engine.tick();
			assertThat(this.publisher.link().requested()).isEqualTo(asked);
		}
		else {
			TestEngine.await().until(() -> this.publisher.link().requested() > asked);
		}
	}

	@ParameterizedTest
	@EnumSource
	void publisherThatIgnoresDemandFloodsOnlyTheLog(OverflowStrategy overflow) {
		EventStream stream = start(overflow, 8);
		Client blocked = this.engine.connect(stream);
		this.publisher.emit("first");
		blocked.awaitData("first");
		blocked.sink().block();
		this.publisher.emit(IntStream.range(0, 1000).boxed().toArray());
		assertThat(stream.log().tail() - stream.log().head()).isEqualTo(8);
		blocked.sink().ready();
		switch (overflow) {
			case DISCONNECT, BACKPRESSURE -> blocked.awaitClosed(CloseReason.OVERFLOW);
			case SKIP ->
				blocked.awaitData("first", "{\"cause\":\"overflow\",\"missed\":996}", "996", "997", "998", "999");
			case CONFLATE -> blocked.awaitData("first", "999");
		}
		Client late = this.engine.connect(stream);
		this.publisher.emit("on");
		late.awaitData("on");
	}

	private StreamSettings.Builder settings(OverflowStrategy overflow, int bufferSize) {
		return StreamSettings.builder().overflow(overflow).bufferSize(bufferSize);
	}

	private EventStream start(OverflowStrategy overflow, int bufferSize) {
		return start(settings(overflow, bufferSize));
	}

	private EventStream start(StreamSettings.Builder settings) {
		EventStream stream = this.engine.stream(this.publisher, settings.build());
		stream.start();
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() == 1 && !this.publisher.link().requests().isEmpty());
		return stream;
	}

	/**
	 * Connects a client that has its first event and takes no more.
	 */
	private Client lagging(EventStream stream) {
		Client client = this.engine.connect(stream);
		emit("first", "first");
		TestEngine.await().until(() -> client.data().contains("first"));
		this.engine.work();
		client.sink().block();
		return client;
	}

	/**
	 * Lets a client read again, once it was seen not to.
	 */
	private void resume(Client client) {
		this.engine.work();
		client.sink().ready();
	}

	private void emit(String key, Object data) {
		this.publisher.link().subscriber().onNext(Event.builder().key(key).data(data).build());
	}

	private void emitOneByOne(Client reader, int first, int last) {
		for (int i = first; i <= last; i++) {
			this.publisher.emit(i);
			reader.awaitEvents(i + 1);
		}
	}

}
