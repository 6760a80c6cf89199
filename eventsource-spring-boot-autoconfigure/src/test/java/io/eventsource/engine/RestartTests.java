package io.eventsource.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.runtime.PublisherLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How often a publisher that fails is subscribed to again, what the log says of it, and
 * what the state of the stream is meanwhile.
 */
@ExtendWith(OutputCaptureExtension.class)
class RestartTests {

	private static final Duration STEP = Duration.ofMillis(500);

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final AtomicInteger subscriptions = new AtomicInteger();

	@AfterEach
	void close() {
		this.engine.close();
	}

	/** What a publisher does each time, until it fails. */
	enum Prelude {

		NOTHING, AN_EVENT, MANY_EVENTS, A_COMMENT;

		Flux<Event> events() {
			return switch (this) {
				case NOTHING -> Flux.empty();
				case AN_EVENT -> Flux.just(Event.of("snapshot"));
				case MANY_EVENTS -> Flux.range(0, 5000).map(Event::of);
				case A_COMMENT -> Flux.just(Event.builder().comment("hello").build());
			};
		}

	}

	@ParameterizedTest
	@EnumSource
	void publisherThatFailsAgainAndAgainIsAskedLessAndLessOften(Prelude prelude, CapturedOutput output) {
		EventStream stream = this.engine.stream(failing(prelude.events()));
		Client client = this.engine.connect(stream);
		awaitFailures(1);
		for (int i = 0; i < 57; i++) {
			this.engine.advance(STEP);
			awaitFailures(begun(stream));
			assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.RESTARTING);
		}
		// After pauses of 0.5 to 1, 1 to 2, 2 to 4, 4 to 8 and 8 to 16 seconds
		assertThat(this.subscriptions.get()).isBetween(5, 7);
		assertThat(stream.snapshot().restarts()).isEqualTo(this.subscriptions.get() - 1);
		assertThat(lines(output, "ERROR")).hasSize(1);
		assertThat(lines(output, "WARN")).singleElement()
			.asString()
			.contains("The publisher of stream 'test' has failed 2 times in a row")
			.contains("broken");
		assertThat(output.getAll().lines()).filteredOn((line) -> line.startsWith("java.lang.IllegalStateException"))
			.hasSize(1);
		assertThat(output.getAll()).doesNotContain("is back");
		client.assertOpen();
	}

	@Test
	void goesOnToBeSaidOnceAMinuteWithTheNumber(CapturedOutput output) {
		this.engine.connect(this.engine.stream(failing(Flux.just(Event.of("snapshot")))));
		for (int i = 1; i <= 40; i++) {
			awaitFailures(i);
			this.engine.advance(Duration.ofSeconds(30));
		}
		assertThat(lines(output, "ERROR")).hasSize(1);
		// Twenty minutes
		assertThat(lines(output, "WARN")).hasSizeBetween(15, 21);
		assertThat(lines(output, "WARN").get(10)).matches(".* has failed 2\\d times in a row.*");
	}

	@Test
	void publisherIsBackWhenItHasLivedForAWhile(CapturedOutput output) {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		for (int i = 1; i <= 3; i++) {
			awaitRequested(i);
			this.publisher.emit("snapshot");
			this.publisher.fail(new IllegalStateException("broken"));
			this.engine.advance(Duration.ofSeconds(30));
		}
		awaitRequested(4);
		this.publisher.emit("a");
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.RESTARTING);
		this.engine.advance(Duration.ofSeconds(29));
		assertThat(output.getAll()).doesNotContain("is back");
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.RESTARTING);
		this.engine.advance(Duration.ofSeconds(1));
		assertThat(output.getAll())
			.containsOnlyOnce("The publisher of stream 'test' is back, after 3 failures in a row");
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.LIVE);
		this.publisher.fail(new IllegalStateException("again"));
		assertThat(lines(output, "ERROR")).hasSize(2);
		this.engine.advance(Duration.ofSeconds(1));
		awaitRequested(5);
	}

	@Test
	void publisherThatCouldNotBeReachedIsLiveOnceItEmits() {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		for (int i = 1; i <= 3; i++) {
			awaitRequested(i);
			this.publisher.fail(new IllegalStateException("refused"));
			this.engine.advance(Duration.ofSeconds(30));
		}
		awaitRequested(4);
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.RESTARTING);
		this.publisher.emit("a");
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.LIVE);
	}

	@Test
	void vainAttemptsThatTakeTheirTimeAreNoLife(CapturedOutput output) {
		this.engine.connect(this.engine.stream(this.publisher));
		for (int i = 1; i <= 10; i++) {
			awaitRequested(i);
			this.engine.advance(Duration.ofSeconds(60));
			this.publisher.fail(new IllegalStateException("timeout"));
			this.engine.advance(Duration.ofSeconds(30));
		}
		assertThat(lines(output, "ERROR")).hasSize(1);
		assertThat(output.getAll()).doesNotContain("is back");
	}

	@Test
	void quietPublisherIsBackAfterLonger(CapturedOutput output) {
		EventStream stream = this.engine.stream(this.publisher);
		this.engine.connect(stream);
		for (int i = 1; i <= 2; i++) {
			awaitRequested(i);
			this.publisher.fail(new IllegalStateException("broken"));
			this.engine.advance(Duration.ofSeconds(30));
		}
		awaitRequested(3);
		this.engine.advance(Duration.ofMinutes(2));
		assertThat(output.getAll()).contains("is back, after 2 failures");
		assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.LIVE);
	}

	@Test
	void clientsThatComeAndGoDoNotCutThePausesShort(CapturedOutput output) {
		StreamSettings settings = StreamSettings.builder().linger(Duration.ZERO).build();
		EventStream stream = this.engine.stream(failing(Flux.just(Event.of("snapshot"))), settings);
		for (int i = 0; i < 57; i++) {
			Client client = this.engine.connect(stream);
			this.engine.advance(STEP);
			awaitFailures(begun(stream));
			client.sink().connection().close(CloseReason.DISCONNECTED);
			client.awaitClosed(CloseReason.DISCONNECTED);
			this.engine.tick();
			assertThat(stream.snapshot().state()).isEqualTo(StreamSnapshot.State.WAITING);
		}
		assertThat(this.subscriptions.get()).isBetween(3, 7);
		assertThat(lines(output, "ERROR")).hasSize(1);
		assertThat(lines(output, "WARN")).hasSize(1);
	}

	@Test
	void failuresOfPublishersOfSingleClientsAreOneErrorAndALineAMinute(CapturedOutput output) {
		for (int i = 0; i < 100; i++) {
			String name = "POST /chat/" + i;
			Client client = this.engine.connect(this.engine.stream(failing(Flux.just(Event.of("a"))),
					(builder) -> TestEngine.personal(builder).logName("POST /chat/{id}")));
			client.awaitClosed(CloseReason.FAILED);
			this.engine.turn(Duration.ofSeconds(3));
			assertThat(output.getAll()).doesNotContain(name);
		}
		assertThat(this.engine.listener().failures()).hasSize(100);
		assertThat(lines(output, "ERROR")).singleElement()
			.asString()
			.contains("The publisher of stream 'POST /chat/{id}' failed; its client is disconnected");
		assertThat(lines(output, "WARN")).hasSizeBetween(4, 6);
		assertThat(lines(output, "WARN").get(4)).contains("'POST /chat/{id}'").containsPattern("failed 8\\d times");
		this.engine.turn(Duration.ofMinutes(10));
		this.engine
			.connect(this.engine.stream(failing(Flux.empty()),
					(builder) -> TestEngine.personal(builder).logName("POST /chat/{id}")))
			.awaitClosed(CloseReason.FAILED);
		assertThat(lines(output, "ERROR")).hasSize(2);
	}

	@Test
	void namesAreNotKeptForEver() {
		PublisherLog first = this.engine.dispatcher().publisherLog("first");
		assertThat(this.engine.dispatcher().publisherLog("first")).isSameAs(first);
		IntStream.range(0, 10_000).forEach((i) -> this.engine.dispatcher().publisherLog("name " + i));
		assertThat(this.engine.dispatcher().publisherLog("first")).isNotSameAs(first);
	}

	@Test
	void sinkThatEndsWithItsLastSubscriberIsNamedWhereItLingers(CapturedOutput output) {
		Sinks.Many<Event> sink = Sinks.many().multicast().onBackpressureBuffer();
		StreamSettings settings = StreamSettings.builder().linger(Duration.ZERO).build();
		EventStream stream = this.engine.stream(sink.asFlux(), settings);
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> sink.currentSubscriberCount() == 1);
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		awaitEnd(sink);
		this.engine.connect(stream).awaitClosed(CloseReason.COMPLETED);
		this.engine.connect(stream).awaitClosed(CloseReason.COMPLETED);
		assertThat(lines(output, "WARN")).singleElement()
			.asString()
			.contains("The publisher of stream 'test' completed at once")
			.contains("autoCancel")
			.contains("onBackpressureBuffer(size, false)");
	}

	@Test
	void sinkThatEndsWithItsLastSubscriberIsNamedWhereClientsHaveStreamsOfTheirOwn(CapturedOutput output) {
		Sinks.Many<Event> sink = Sinks.many().multicast().onBackpressureBuffer();
		Flux<Event> shared = sink.asFlux();
		leave(this.engine.stream(shared, TestEngine::personal));
		awaitEnd(sink);
		for (int i = 0; i < 3; i++) {
			this.engine.connect(this.engine.stream(shared, TestEngine::personal)).awaitClosed(CloseReason.COMPLETED);
		}
		assertThat(lines(output, "WARN")).singleElement().asString().contains("autoCancel");
	}

	@Test
	void sinkThatEndsWithItsLastSubscriberIsNamedWhereEachClientGetsAnotherViewOfIt(CapturedOutput output) {
		Sinks.Many<Event> sink = Sinks.many().multicast().onBackpressureBuffer();
		leave(this.engine.stream(sink.asFlux().map((event) -> event), TestEngine::personal));
		awaitEnd(sink);
		for (int i = 0; i < 5; i++) {
			this.engine.connect(this.engine.stream(sink.asFlux().map((event) -> event), TestEngine::personal))
				.awaitClosed(CloseReason.COMPLETED);
		}
		assertThat(lines(output, "WARN")).singleElement().asString().contains("autoCancel");
	}

	@Test
	void publishersThatEndForGoodReasonsAreNotNamed(CapturedOutput output) {
		leave(this.engine.stream(Flux.never(), TestEngine::personal));
		for (Flux<Event> end : List.of(Flux.<Event>empty(), Flux.just(Event.of("a")), Flux.<Event>empty(),
				Flux.<Event>empty(), Flux.just(Event.of("a")))) {
			this.engine.connect(this.engine.stream(end, TestEngine::personal)).awaitClosed(CloseReason.COMPLETED);
		}
		this.engine.connect(this.engine.stream(Flux.empty())).awaitClosed(CloseReason.COMPLETED);
		assertThat(lines(output, "WARN")).isEmpty();
	}

	/**
	 * A sink counts nobody any more a moment before it ends, and forgets whoever comes in
	 * between.
	 */
	private static void awaitEnd(Sinks.Many<Event> sink) {
		TestEngine.await().until(() -> {
			Disposable late = sink.asFlux().subscribe();
			boolean ended = late.isDisposed();
			late.dispose();
			return ended;
		});
	}

	private void leave(EventStream stream) {
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> stream.snapshot().state() == StreamSnapshot.State.LIVE);
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
	}

	private Publisher<Event> failing(Flux<Event> before) {
		Flux<Event> failing = before.concatWith(Flux.error(new IllegalStateException("broken")));
		return failing.doOnSubscribe((subscription) -> this.subscriptions.incrementAndGet());
	}

	/** Known as soon as a tick is over, before another thread has subscribed. */
	private static int begun(EventStream stream) {
		return (int) stream.snapshot().restarts() + 1;
	}

	private void awaitFailures(int count) {
		TestEngine.await().until(() -> this.engine.listener().failures().size() >= count);
	}

	private void awaitRequested(int subscriptions) {
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() == subscriptions
					&& !this.publisher.link().requests().isEmpty());
	}

	private static List<String> lines(CapturedOutput output, String level) {
		return output.getAll()
			.lines()
			.filter((line) -> line.matches(".* " + level + " .*\\bio?\\.e(ventsource)?\\..*"))
			.toList();
	}

}
