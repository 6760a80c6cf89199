package io.eventsource.engine.source;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.EventStream;
import io.eventsource.engine.ManualPublisher;
import io.eventsource.engine.RecordingSink;
import io.eventsource.engine.TestEngine;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.runtime.Dispatcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What publishers are asked for while nobody listens, or nobody that they should wait
 * for, and by how many bytes while somebody does.
 */
class DemandTests {

	private static final String LARGE = "x".repeat(900_000);

	private final TestEngine engine = new TestEngine();

	private final Timed publisher = new Timed();

	@AfterEach
	void close() {
		this.engine.close();
	}

	static Stream<Arguments> streamsAndBursts() {
		return Stream.of(Arguments.of(1, 16_000_000, "small"), Arguments.of(1, 16_000_000, LARGE),
				Arguments.of(16, 16_000_000, "small"), Arguments.of(16, 1_048_576, LARGE),
				Arguments.of(1024, 16_000_000, LARGE), Arguments.of(1024, 1_048_576, LARGE),
				Arguments.of(100_000, 1_048_576, "small"));
	}

	@ParameterizedTest
	@MethodSource("streamsAndBursts")
	void publisherDrivenByTimeDoesNotFailAfterItsLastClientHasLeft(int bufferSize, long memory, String first) {
		EventStream stream = start(StreamSettings.builder().bufferSize(bufferSize).bufferMemory(memory));
		Client client = this.engine.connect(stream);
		this.publisher.fire(first);
		client.awaitEvents(1);
		this.engine.work();
		leave(client);
		awaitIdle();
		// Ten events a millisecond, on whose ticks the publisher depends
		for (int i = 0; i < 10; i++) {
			fire(900);
			this.engine.tick();
			assertThat(this.engine.listener().failures()).isEmpty();
			awaitIdle();
		}
		// And a pause of the workers
		fire(3000);
		Client back = this.engine.connect(stream);
		this.publisher.fire("back");
		back.awaitData("back");
		assertThat(this.publisher.subscriptions()).isOne();
		assertThat(this.engine.listener().failures()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = "BACKPRESSURE", mode = EnumSource.Mode.EXCLUDE)
	void publisherDrivenByTimeDoesNotFailForClientsThatNobodyWaitsFor(OverflowStrategy overflow) {
		EventStream stream = start(StreamSettings.builder().bufferSize(16).overflow(overflow));
		RecordingSink sink = new RecordingSink(Long.MAX_VALUE);
		Client client = this.engine.connect(stream, null, sink);
		this.publisher.fire("first");
		client.awaitEvents(1);
		sink.block();
		this.publisher.fire("second");
		this.engine.work();
		this.engine.advance(Duration.ofSeconds(2));
		fire(900);
		this.engine.tick();
		fire(900);
		assertThat(this.engine.listener().failures()).isEmpty();
		assertThat(this.publisher.subscriptions()).isOne();
	}

	@Test
	void clientThatComesAgainIsWaitedForAsBefore() {
		EventStream stream = start(StreamSettings.builder().bufferSize(16));
		Client client = this.engine.connect(stream);
		this.publisher.fire("first");
		client.awaitEvents(1);
		leave(client);
		fire(2000);
		Client back = this.engine.connect(stream);
		for (int i = 0; i < 500; i++) {
			this.publisher.fire(String.valueOf(i));
			back.awaitEvents(i + 1);
		}
		assertThat(this.engine.listener().failures()).isEmpty();
		back.assertOpen();
	}

	@Test
	void publisherThatEmitsAsFastAsItIsAskedDoesNotBurnACoreUnheard() {
		AtomicLong emitted = new AtomicLong();
		Flux<Event> endless = Flux.<Event>generate((sink) -> sink.next(Event.of(emitted.incrementAndGet())))
			.subscribeOn(Schedulers.boundedElastic());
		EventStream stream = this.engine.stream(endless, StreamSettings.builder().bufferSize(8).build());
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> client.data().size() > 100);
		leave(client);
		this.engine.tick();
		long before = emitted.get();
		for (int i = 0; i < 5; i++) {
			this.engine.tick();
		}
		TestEngine.await().until(() -> emitted.get() > before);
		// What it may be ahead, and two ticks of a worker for each of the engine's
		assertThat(emitted.get() - before).isLessThanOrEqualTo(4096 + 11 * 1024L);
		Client back = this.engine.connect(stream);
		TestEngine.await()
			.until(() -> back.data().size() > 1000 || !this.engine.listener().closed(back.id()).isEmpty());
	}

	@Test
	void windowGrowsAgainAfterALargeEvent() {
		EventStream stream = start(StreamSettings.builder());
		Client client = this.engine.connect(stream);
		this.publisher.fire(LARGE);
		client.awaitEvents(1);
		for (int i = 0; i < 200; i++) {
			this.publisher.fire("small");
		}
		client.awaitEvents(201);
		this.engine.work();
		TestEngine.await().until(() -> this.publisher.due() > 500);
	}

	@Test
	void windowShrinksByTheBytesThatStandInTheLog() {
		StreamSettings.Builder settings = StreamSettings.builder().overflow(OverflowStrategy.BACKPRESSURE);
		EventStream stream = start(settings);
		Client client = this.engine.connectBlocked(stream);
		this.engine.tick();
		int sent = 0;
		while (this.publisher.due() > 0) {
			this.publisher.fire(LARGE);
			sent++;
			this.engine.tick();
		}
		assertThat(sent).isBetween(12, 18);
		client.sink().ready();
		client.awaitEvents(sent);
		assertThat(client.missed()).isEmpty();
	}

	@Test
	void smallEventsThatAWaitingClientHasYetToReadDoNotStopASynchronousPublisher() {
		EventStream stream = this.engine.stream(Flux.range(0, 1024).map(Event::of));
		Client client = this.engine.connectBlocked(stream);
		TestEngine.await().until(() -> stream.snapshot().published() > 900);
		client.sink().ready();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).hasSize(1024);
	}

	@Test
	void burstOfEventsOfAllSizesFromAnotherThreadReachesAReaderWhole() {
		StreamSettings settings = StreamSettings.builder().maxEventSize(70_000).bufferMemory(1_000_000).build();
		Flux<Event> burst = Flux.range(1, 3000)
			.map((i) -> Event.of(i + ":" + "x".repeat((i % 7 == 1) ? 50_000 : 10)))
			.publishOn(Schedulers.boundedElastic(), 16);
		Client reader = this.engine.connect(this.engine.stream(burst, settings));
		reader.awaitClosed(CloseReason.COMPLETED);
		assertThat(reader.data()).hasSize(3000);
		assertThat(reader.missed()).isEmpty();
	}

	@Test
	void publisherThatCanWaitIsNotAskedForEventsThatMayBeTooLarge() {
		EventStream stream = start(StreamSettings.builder());
		Client client = this.engine.connect(stream);
		for (int i = 0; i < 4; i++) {
			client.sink().block();
			while (this.publisher.due() > 0) {
				this.publisher.fire("small");
			}
			client.sink().ready();
			TestEngine.await().until(() -> this.publisher.due() > 0);
		}
		client.sink().block();
		int sent = 0;
		while (this.publisher.due() > 0) {
			this.publisher.fire(LARGE);
			sent++;
		}
		// All of which the log has room for
		assertThat(sent).isLessThanOrEqualTo(18);
		int expected = sent;
		client.sink().ready();
		TestEngine.await().until(() -> client.data().stream().filter(LARGE::equals).count() == expected);
	}

	@Test
	void publisherDrivenByTimeAsksByItselfWhileTheThreadThatIsToAskHasNotRun() {
		List<Runnable> tasks = new CopyOnWriteArrayList<>();
		try (Dispatcher dispatcher = new Dispatcher(1, tasks::add)) {
			EventStream stream = EventStream.builder("test", this.publisher, dispatcher)
				.settings(StreamSettings.builder().bufferSize(16).build())
				.listener(this.engine.listener())
				.build();
			stream.start();
			TestEngine.await().until(() -> !tasks.isEmpty());
			RecordingSink sink = new RecordingSink(0);
			sink.open(stream.connect(EventClient.builder("a", "test").build(), sink));
			tasks.remove(0).run();
			this.publisher.fire("first");
			sink.connection().close(CloseReason.DISCONNECTED);
			TestEngine.await().until(() -> !tasks.isEmpty());
			fire(2000);
			assertThat(this.engine.listener().failures()).isEmpty();
			stream.close();
		}
	}

	@Test
	void publisherThatHasFailedForWantOfDemandIsKeptAhead() {
		EventStream stream = start(StreamSettings.builder().bufferSize(16));
		Client client = this.engine.connectBlocked(stream);
		this.publisher.fire("first");
		while (this.publisher.subscriptions() == 1 && this.engine.listener().failures().isEmpty()) {
			this.publisher.fire("more");
		}
		this.engine.advance(Duration.ofSeconds(1));
		TestEngine.await().until(() -> this.publisher.subscriptions() == 2 && this.publisher.due() > 0);
		fire(2000);
		assertThat(this.engine.listener().failures()).hasSize(1);
		client.assertOpen();
	}

	@Test
	void realClockDoesNotFailUnheard() {
		Flux<Event> clock = Flux.just(Event.of(LARGE)).concatWith(Flux.interval(Duration.ofMillis(2)).map(Event::of));
		EventStream stream = this.engine.stream(clock);
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> client.data().size() > 1);
		leave(client);
		int before = this.engine.listener().failures().size();
		long published = stream.snapshot().published();
		TestEngine.await().until(() -> stream.snapshot().published() > published + 1000);
		assertThat(this.engine.listener().failures()).hasSize(before);
	}

	private EventStream start(StreamSettings.Builder settings) {
		EventStream stream = this.engine.stream(this.publisher, settings.build());
		stream.start();
		TestEngine.await().until(() -> this.publisher.subscriptions() == 1 && this.publisher.due() > 0);
		return stream;
	}

	private void fire(int count) {
		IntStream.range(0, count).forEach((i) -> this.publisher.fire("tick"));
	}

	private void leave(Client client) {
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
	}

	/** Waits until what a tick has asked for was asked. */
	private void awaitIdle() {
		TestEngine.await().until(() -> this.publisher.due() > 3000);
	}

	/**
	 * Emits when its time has come, and fails if nobody has asked for it, as what is
	 * driven by a timer does.
	 */
	private static final class Timed extends ManualPublisher {

		private long fired;

		private int subscription;

		long due() {
			return link().requested() - ((this.subscription == subscriptions()) ? this.fired : 0);
		}

		void fire(String data) {
			if (this.subscription != subscriptions()) {
				this.subscription = subscriptions();
				this.fired = 0;
			}
			if (due() <= 0) {
				fail(new OverflowException());
				return;
			}
			this.fired++;
			emit(data);
		}

	}

	private static final class OverflowException extends IllegalStateException {

		private static final long serialVersionUID = 1;

		OverflowException() {
			super("Could not emit, since nobody has asked for it");
		}

	}

}
