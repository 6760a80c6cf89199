package io.eventsource.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventStreamReader.Received;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.RecordingSink.Step;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.Dispatcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What clients get of a stream.
 */
class EventStreamTests {

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private EventStream stream;

	@BeforeEach
	void start() {
		this.stream = start(StreamSettings.defaults());
	}

	private EventStream start(StreamSettings settings) {
		EventStream stream = this.engine.stream(this.publisher, settings);
		int subscriptions = this.publisher.subscriptions();
		stream.start();
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() > subscriptions && !this.publisher.link().requests().isEmpty());
		return stream;
	}

	@AfterEach
	void close() {
		this.engine.close();
	}

	@Test
	void newClientGetsWhatComesFromNowOn() {
		this.publisher.emit("a");
		Client client = this.engine.connect(this.stream);
		this.publisher.emit("b", "c");
		client.awaitData("b", "c");
		assertThat(client.sink().events()).extracting(Received::type).containsOnly("message");
		assertThat(client.sink().events().get(0).lastEventId()).endsWith("-1");
	}

	@Test
	void allClientsGetAllEventsInOneOrder() {
		List<Client> clients = IntStream.range(0, 10).mapToObj((i) -> this.engine.connect(this.stream)).toList();
		Object[] data = IntStream.range(0, 500).boxed().toArray();
		this.publisher.emit(data);
		List<String> expected = Stream.of(data).map(String::valueOf).toList();
		assertThat(clients).allSatisfy((client) -> {
			client.awaitEvents(500);
			assertThat(client.data()).isEqualTo(expected);
		});
	}

	@Test
	void nothingIsWrittenBeforeTheTransportSaysThatItMayBe() {
		Client client = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a");
		this.engine.tick();
		assertThat(client.sink().writes()).isEmpty();
		client.sink().ready();
		client.awaitData("a");
	}

	@Test
	void eventIsEncodedOnceForAllClients() {
		AtomicInteger written = new AtomicInteger();
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> builder.dataWriter((data) -> "#" + written.incrementAndGet()));
		List<Client> clients = IntStream.range(0, 10).mapToObj((i) -> this.engine.connect(stream)).toList();
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() == 2 && !this.publisher.link().requests().isEmpty());
		this.publisher.emit(1, 2);
		clients.forEach((client) -> client.awaitData("#1", "#2"));
		assertThat(written).hasValue(2);
	}

	@Test
	void eventsThatHavePiledUpAreWrittenTogetherAndFlushedOnce() {
		Client client = this.engine.connectBlocked(this.stream);
		this.publisher.emit(IntStream.range(0, 100).boxed().toArray());
		client.sink().ready();
		client.awaitEvents(100);
		assertThat(client.sink().writes()).hasSize(1);
		assertThat(client.sink().flushes()).isOne();
	}

	@Test
	void eventsWithinTheFlushIntervalAreHeldBackAndWrittenTogether() {
		EventStream stream = start(StreamSettings.builder().flushInterval(Duration.ofSeconds(1)).build());
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
		EventStream stream = start(StreamSettings.builder().flushInterval(Duration.ofMillis(400)).build());
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
		EventStream stream = start(StreamSettings.builder().flushInterval(Duration.ofMillis(400)).build());
		Client client = this.engine.connect(stream, null, new RecordingSink(Long.MAX_VALUE) {

			@Override
			public void write(byte[] bytes, int offset, int length) throws IOException {
				super.write(bytes, offset, length);
				if (writes().size() == 1) {
					EventStreamTests.this.publisher.emit("b");
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
		EventStream stream = start(
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
		EventStream stream = start(StreamSettings.builder().flushInterval(Duration.ofMinutes(1)).build());
		Client client = this.engine.connect(stream);
		for (int i = 1; i <= 100; i++) {
			this.publisher.emit("x".repeat(Slice.MAX_BYTES));
			client.awaitEvents(i);
		}
	}

	@Test
	void eventsThatAreHeldBackComeBeforeTheEnd() {
		EventStream stream = start(StreamSettings.builder().flushInterval(Duration.ofMinutes(1)).build());
		Client client = this.engine.connect(stream);
		this.publisher.emit("a", "b");
		this.publisher.complete();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a", "b");
	}

	@Test
	void everyEventIsFlushedBeforeTheClientIsLeftIdle() {
		Client client = this.engine.connect(this.stream);
		for (int i = 1; i <= 20; i++) {
			this.publisher.emit(i);
			client.awaitEvents(i);
		}
	}

	@Test
	void flushWaitsUntilTheSinkIsReadyForIt() {
		Client client = this.engine.connect(this.stream, null, new RecordingSink(1));
		this.publisher.emit("a");
		TestEngine.await().until(() -> client.sink().writes().size() == 1);
		this.engine.tick();
		assertThat(client.data()).isEmpty();
		client.sink().ready();
		client.awaitData("a");
		assertThat(client.sink().writes()).hasSize(1);
	}

	@Test
	void readinessThatComesDuringTheQuestionIsNotLost() {
		AtomicInteger questions = new AtomicInteger();
		RecordingSink sink = new RecordingSink(Long.MAX_VALUE) {

			@Override
			public boolean isReady() {
				if (questions.incrementAndGet() % 2 == 1) {
					// As if the container's thread had been quicker than the answer
					connection().writable();
					return false;
				}
				return super.isReady();
			}

		};
		Client client = this.engine.connect(this.stream, null, sink);
		for (int i = 1; i <= 10; i++) {
			this.publisher.emit(i);
			client.awaitEvents(i);
		}
	}

	@Test
	void needlessReportsOfReadinessAreHarmless() {
		Client client = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a");
		for (int i = 0; i < 100; i++) {
			client.sink().connection().writable();
		}
		this.engine.tick();
		assertThat(client.sink().writes()).isEmpty();
		client.sink().ready();
		client.awaitData("a");
	}

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
		EventStream stream = start(StreamSettings.builder().bufferSize(2).build());
		Client slow = this.engine.connect(stream, null, new RecordingSink(1));
		this.publisher.emit(large);
		TestEngine.await().until(() -> slow.sink().writes().size() == 1);
		this.publisher.emit("b", "c", "d");
		slow.sink().ready();
		slow.awaitClosed(CloseReason.OVERFLOW);
		assertThat(slow.data()).containsExactly(large);
	}

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
	void idleClientGetsAHeartbeatAndBusyOnesDoNot() {
		Duration heartbeat = Duration.ofSeconds(15);
		Client idle = this.engine.connect(this.stream);
		this.engine.advance(heartbeat.minusMillis(1));
		assertThat(idle.sink().comments()).isEmpty();
		this.engine.advance(Duration.ofMillis(1));
		TestEngine.await().until(() -> idle.sink().comments().equals(List.of("")));
		this.engine.advance(heartbeat.minusMillis(1));
		assertThat(idle.sink().comments()).hasSize(1);
		this.publisher.emit("a");
		idle.awaitData("a");
		this.engine.advance(heartbeat.minusMillis(1));
		assertThat(idle.sink().comments()).hasSize(1);
		this.engine.advance(Duration.ofMillis(1));
		TestEngine.await().until(() -> idle.sink().comments().size() == 2);
		assertThat(idle.sink().lastEventId()).endsWith("-0");
	}

	@Test
	void clientsAreIdleEachForItself() {
		Client first = this.engine.connect(this.stream);
		this.engine.advance(Duration.ofSeconds(10));
		Client second = this.engine.connect(this.stream);
		this.engine.advance(Duration.ofSeconds(5));
		TestEngine.await().until(() -> first.sink().comments().size() == 1);
		assertThat(second.sink().comments()).isEmpty();
		this.engine.advance(Duration.ofSeconds(10));
		TestEngine.await().until(() -> second.sink().comments().size() == 1);
		assertThat(first.sink().comments()).hasSize(1);
	}

	@Test
	void heartbeatsMayBeSwitchedOff() {
		EventStream stream = start(StreamSettings.builder().heartbeat(Duration.ZERO).build());
		Client client = this.engine.connect(stream);
		this.engine.advance(Duration.ofDays(1));
		this.engine.tick();
		assertThat(client.sink().writes()).isEmpty();
	}

	@Test
	void heartbeatNeverFallsIntoAnEvent() {
		EventStream stream = start(StreamSettings.builder().heartbeat(Duration.ofSeconds(1)).build());
		Client client = this.engine.connect(stream, null, new RecordingSink(1));
		String large = "x".repeat(300_000);
		this.publisher.emit(large);
		for (int i = 1; client.data().isEmpty(); i++) {
			int writes = i;
			TestEngine.await().until(() -> client.sink().writes().size() >= writes || !client.data().isEmpty());
			this.engine.advance(Duration.ofSeconds(2));
			client.sink().ready(1);
			this.engine.work();
		}
		client.awaitData(large);
		assertThat(client.sink().comments()).isEmpty();
	}

	@Test
	void heartbeatThatIsDueBetweenTwoPiecesOfAnEventIsLeftOut() {
		RecordingSink sink = new RecordingSink(Long.MAX_VALUE) {

			@Override
			public void write(byte[] bytes, int offset, int length) throws IOException {
				super.write(bytes, offset, length);
				if (writes().size() == 1) {
					// The heartbeat is due, and the worker ticks before the next piece
					EventStreamTests.this.engine.turn(Duration.ofMinutes(1));
					EventStreamTests.this.engine.tickNext();
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
		EventStream stream = start(StreamSettings.builder().heartbeat(Duration.ZERO).build());
		Client client = this.engine.connect(stream);
		this.engine.advance(Duration.ofHours(1));
		client.assertOpen();
		this.publisher.emit("a");
		client.awaitData("a");
	}

	@Test
	void clientThatFallsOutOfTheLogIsClosedAndNoOther() {
		EventStream stream = start(StreamSettings.builder().bufferSize(4).build());
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

	@Test
	void clientResumesBehindTheEventItHas() {
		Client client = this.engine.connect(this.stream);
		this.publisher.emit("a", "b", "c", "d");
		client.awaitEvents(4);
		for (int i = 0; i < 4; i++) {
			Client back = this.engine.connect(this.stream, client.sink().events().get(i).lastEventId());
			back.awaitEvents(3 - i);
			assertThat(back.data()).isEqualTo(List.of("a", "b", "c", "d").subList(i + 1, 4));
		}
		Client upToDate = this.engine.connect(this.stream, client.sink().lastEventId());
		this.publisher.emit("e");
		upToDate.awaitData("e");
	}

	@Test
	void clientResumesWithIdsOfTheUser() {
		Client client = this.engine.connect(this.stream);
		for (String id : List.of("x/1", "ü 2", "3")) {
			this.publisher.link().subscriber().onNext(Event.builder().id(id).data("of " + id).build());
		}
		client.awaitEvents(3);
		this.engine.connect(this.stream, "x/1").awaitData("of ü 2", "of 3");
		this.engine.connect(this.stream, "ü 2").awaitData("of 3");
	}

	@Test
	void replayGoesOverIntoLiveEventsWithoutGapOrDuplicate() {
		Client first = this.engine.connect(this.stream);
		this.publisher.emit(IntStream.range(0, 500).boxed().toArray());
		first.awaitEvents(500);
		Thread live = new Thread(() -> this.publisher.emit(IntStream.range(500, 1000).boxed().toArray()));
		live.start();
		List<Client> clients = IntStream.range(0, 20)
			.mapToObj((i) -> this.engine.connect(this.stream, first.sink().events().get(i * 20).lastEventId()))
			.toList();
		for (int i = 0; i < 20; i++) {
			clients.get(i).awaitEvents(999 - i * 20);
			assertThat(clients.get(i).data())
				.isEqualTo(IntStream.range(i * 20 + 1, 1000).mapToObj(String::valueOf).toList());
		}
	}

	@Test
	void clientIsToldWhatHasLeftTheLog() {
		EventStream stream = start(StreamSettings.builder().bufferSize(3).build());
		Client client = this.engine.connect(stream);
		for (int i = 0; i < 8; i++) {
			this.publisher.emit(i);
			client.awaitEvents(i + 1);
		}
		Client back = this.engine.connect(stream, client.sink().events().get(1).lastEventId());
		back.awaitEvents(4);
		assertThat(back.sink().events().get(0))
			.isEqualTo(new Received("gap", "{\"cause\":\"evicted\",\"missed\":3}", ""));
		assertThat(back.data().subList(1, 4)).containsExactly("5", "6", "7");
	}

	@Test
	void clientOfAnEarlierRunIsToldSo() {
		Client earlier = this.engine.connect(this.stream);
		this.publisher.emit("a");
		earlier.awaitData("a");
		EventStream restarted = start(StreamSettings.defaults());
		this.publisher.emit("b");
		Client back = this.engine.connect(restarted, earlier.sink().lastEventId());
		back.awaitEvents(2);
		assertThat(back.sink().events().get(0)).isEqualTo(new Received("gap", "{\"cause\":\"restarted\"}", ""));
		assertThat(back.data().get(1)).isEqualTo("b");
	}

	@ParameterizedTest
	@ValueSource(strings = { "nobody knows me", "-", "--1", "a-99999999999999999999", "\u0000", "" })
	void clientWithAnIdThatNobodyKnowsIsToldSo(String id) {
		this.publisher.emit("a");
		Client client = this.engine.connect(this.stream, id);
		client.awaitEvents(2);
		assertThat(client.sink().events().get(0)).isEqualTo(new Received("gap", "{\"cause\":\"unknown\"}", ""));
		assertThat(client.data().get(1)).isEqualTo("a");
	}

	@Test
	void gapIsToldAtOnceEvenIfNothingFollows() {
		Client client = this.engine.connect(this.stream, "nobody knows me");
		client.awaitEvents(1);
		assertThat(client.sink().events().get(0).type()).isEqualTo("gap");
		assertThat(client.sink().lastEventId()).isEmpty();
	}

	@Test
	void stoppedStreamDeliversTheRestAndThenEnds() {
		Client reader = this.engine.connect(this.stream);
		Client slow = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a", "b");
		this.stream.stop();
		reader.awaitClosed(CloseReason.COMPLETED);
		assertThat(reader.data()).containsExactly("a", "b");
		this.engine.tick();
		slow.assertOpen();
		slow.sink().ready();
		slow.awaitClosed(CloseReason.COMPLETED);
		assertThat(slow.data()).containsExactly("a", "b");
		this.stream.stop();
		assertThat(this.stream.snapshot().state()).isEqualTo(StreamSnapshot.State.COMPLETED);
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
	void clientOfAStoppedStreamGetsWhatWasKeptAndTheEnd() {
		this.publisher.emit("a", "b");
		this.stream.stop();
		Client fresh = this.engine.connect(this.stream);
		fresh.awaitClosed(CloseReason.COMPLETED);
		assertThat(fresh.data()).containsExactly("a", "b");
		Client back = this.engine.connect(this.stream, fresh.sink().events().get(0).lastEventId());
		back.awaitClosed(CloseReason.COMPLETED);
		assertThat(back.data()).containsExactly("b");
	}

	@Test
	void streamIsOverForTheClientThatHasAllOfIt() {
		this.publisher.emit("a", "b");
		Client client = this.engine.connect(this.stream);
		assertThat(this.stream.isOver(null)).isFalse();
		this.stream.stop();
		client.awaitClosed(CloseReason.COMPLETED);
		Client all = this.engine.connect(this.stream);
		all.awaitClosed(CloseReason.COMPLETED);
		assertThat(this.stream.isOver(all.sink().lastEventId())).isTrue();
		assertThat(this.stream.isOver(all.sink().events().get(0).lastEventId())).isFalse();
		assertThat(this.stream.isOver(null)).isFalse();
		assertThat(this.stream.isOver("nobody knows me")).isFalse();
	}

	@Test
	void closedStreamEndsAllConnectionsAtOnce() {
		Client reader = this.engine.connect(this.stream);
		Client blocked = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a");
		reader.awaitData("a");
		this.stream.close();
		reader.awaitClosed(CloseReason.SHUTDOWN);
		blocked.awaitClosed(CloseReason.SHUTDOWN);
		this.stream.close();
		TestEngine.await().until(() -> this.publisher.link().cancellations() == 1);
		assertThat(this.stream.snapshot().state()).isEqualTo(StreamSnapshot.State.CLOSED);
		assertThat(this.stream.snapshot().clients()).isZero();
	}

	@Test
	void closedStreamRefusesClients() {
		this.stream.close();
		assertThatIllegalStateException()
			.isThrownBy(() -> this.stream.connect(client("x"), new RecordingSink(Long.MAX_VALUE)))
			.withMessageContaining("'test' is closed");
	}

	@Test
	void streamOfAClosedDispatcherRefusesClients() {
		Dispatcher dispatcher = new Dispatcher(1);
		EventStream stream = EventStream.builder("test", this.publisher, dispatcher).build();
		dispatcher.close();
		assertThatIllegalStateException()
			.isThrownBy(() -> stream.connect(client("x"), new RecordingSink(Long.MAX_VALUE)))
			.withMessageContaining("'test' is closed");
	}

	@Test
	void closingADispatcherLeavesNoThreadBehind() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		Dispatcher dispatcher = new Dispatcher(3);
		List<Thread> threads = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !before.contains(thread))
			.filter((thread) -> thread.getName().startsWith("eventsource-dispatch-"))
			.toList();
		assertThat(threads).hasSize(3).allMatch(Thread::isDaemon);
		dispatcher.close();
		dispatcher.close();
		TestEngine.await().until(() -> threads.stream().noneMatch(Thread::isAlive));
	}

	@Test
	void dispatcherNeedsAWorker() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Dispatcher(0))
			.withMessageContaining("dispatcher.threads must be at least 1; got 0");
	}

	@ParameterizedTest
	@EnumSource(names = { "DISCONNECTED", "WRITE_TIMEOUT", "SHUTDOWN" })
	void transportMayEndTheConnectionOnce(CloseReason reason) {
		Client client = this.engine.connect(this.stream);
		client.sink().connection().close(reason);
		client.sink().connection().close(CloseReason.FAILED);
		client.awaitClosed(reason);
		client.sink().connection().close(CloseReason.FAILED);
		client.sink().connection().writable();
		this.publisher.emit("a");
		this.engine.tick();
		client.awaitClosed(reason);
		assertThat(client.data()).isEmpty();
	}

	@Test
	void connectionThatNeverBeganMayBeEnded() {
		Client client = this.engine.connectBlocked(this.stream);
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void sinkThatFailsIsClosedOnceAndDisturbsNobody(Step step, Exception failure) {
		RecordingSink broken = new RecordingSink(Long.MAX_VALUE);
		broken.breakAt(step, failure);
		List<Client> readers = new ArrayList<>();
		readers.add(this.engine.connect(this.stream));
		readers.add(this.engine.connect(this.stream));
		Client client = this.engine.connect(this.stream, null, broken);
		readers.add(this.engine.connect(this.stream));
		readers.add(this.engine.connect(this.stream));
		this.publisher.emit("a");
		client.awaitClosed(CloseReason.DISCONNECTED);
		this.publisher.emit("b");
		readers.forEach((reader) -> reader.awaitData("a", "b"));
		this.engine.tick();
		client.awaitClosed(CloseReason.DISCONNECTED);
		assertThat(client.data()).isEmpty();
		assertThat(this.stream.snapshot().clients()).isEqualTo(4);
	}

	static Stream<Arguments> failures() {
		return Stream.of(Arguments.of(Step.WRITE, new IOException("gone")),
				Arguments.of(Step.FLUSH, new IOException("gone")),
				Arguments.of(Step.IS_READY, new IllegalStateException("gone")),
				Arguments.of(Step.WRITE, new IllegalStateException("gone")),
				Arguments.of(Step.FLUSH, new IllegalStateException("gone")),
				Arguments.of(Step.WRITE, new NullPointerException("gone")));
	}

	@Test
	void sinkThatFailsInAHeartbeatIsClosedOnce() {
		Client client = this.engine.connect(this.stream);
		client.sink().breakAt(Step.WRITE, new IOException("gone"));
		this.engine.advance(Duration.ofSeconds(15));
		client.awaitClosed(CloseReason.DISCONNECTED);
	}

	@Test
	void sinkThatThrowsWhenItIsCompletedCountsAsClosedAndDisturbsNobody() {
		List<Client> clients = IntStream.range(0, 6).mapToObj((i) -> this.engine.connect(this.stream)).toList();
		clients.forEach((client) -> client.sink().breakAt(Step.COMPLETE, new IllegalStateException("broken")));
		this.publisher.emit("a");
		this.stream.stop();
		clients.forEach((client) -> client.awaitClosed(CloseReason.COMPLETED));
		assertThat(this.stream.snapshot().clients()).isZero();
	}

	@Test
	void listenerThatThrowsDisturbsNobody() {
		StreamListener broken = new StreamListener() {

			@Override
			public void clientOpened(EventClient client) {
				throw new IllegalStateException("broken listener");
			}

			@Override
			public void clientClosed(EventClient client, CloseReason reason) {
				throw new IllegalStateException("broken listener");
			}

		};
		EventStream stream = this.engine.stream(this.publisher, (builder) -> builder.listener(broken));
		List<Client> clients = IntStream.range(0, 6).mapToObj((i) -> this.engine.connect(stream)).toList();
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() == 2 && !this.publisher.link().requests().isEmpty());
		this.publisher.emit("a");
		clients.forEach((client) -> client.awaitData("a"));
		clients.get(2).sink().connection().close(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> clients.get(2).sink().isComplete());
		this.publisher.emit("b");
		assertThat(clients).filteredOn((client) -> client != clients.get(2))
			.allSatisfy((client) -> client.awaitData("a", "b"));
		stream.stop();
		assertThat(clients).allSatisfy((client) -> TestEngine.await().until(client.sink()::isComplete));
		assertThat(stream.snapshot().clients()).isZero();
	}

	@Test
	void listenerIsToldOfEachClientOnce() {
		List<Client> clients = IntStream.range(0, 5).mapToObj((i) -> this.engine.connect(this.stream)).toList();
		assertThat(this.engine.listener().opened()).isEqualTo(5);
		this.stream.stop();
		clients.forEach((client) -> client.awaitClosed(CloseReason.COMPLETED));
		assertThat(this.engine.listener().opened()).isEqualTo(5);
	}

	@Test
	void snapshotCountsClientsAndEvents() {
		Client client = this.engine.connect(this.stream);
		Client blocked = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a", "b", "c");
		client.awaitEvents(3);
		this.engine.tick();
		StreamSnapshot snapshot = this.stream.snapshot();
		int sent = client.sink().writes().stream().mapToInt(Integer::intValue).sum();
		assertThat(snapshot)
			.isEqualTo(new StreamSnapshot("test", StreamSnapshot.State.LIVE, 2, 3, 3, sent, 0, 0, 0, 3, 0));
		blocked.sink().ready();
		blocked.awaitEvents(3);
		this.engine.connect(this.stream, client.sink().events().get(0).lastEventId()).awaitEvents(2);
		this.engine.tick();
		assertThat(this.stream.snapshot()).satisfies((later) -> {
			assertThat(later.delivered()).isEqualTo(8);
			assertThat(later.replayed()).isEqualTo(2);
			assertThat(later.greatestLag()).isZero();
		});
		client.sink().connection().close(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> this.stream.snapshot().clients() == 2);
	}

	@Test
	void snapshotCountsWhatClientsWereNotSent() {
		EventStream stream = start(StreamSettings.builder().overflow(OverflowStrategy.SKIP).bufferSize(4).build());
		Client client = this.engine.connectBlocked(stream);
		this.publisher.emit(1, 2, 3, 4, 5, 6, 7, 8);
		client.sink().ready();
		client.awaitEvents(3);
		this.engine.tick();
		assertThat(stream.snapshot().skipped()).isEqualTo(6);
		assertThat(stream.snapshot().delivered()).isEqualTo(2);
	}

	@Test
	void clientsAreDescribedOneByOne() throws Exception {
		Client reader = this.engine.connect(this.stream);
		Client blocked = this.engine.connectBlocked(this.stream);
		this.publisher.emit("a", "b");
		reader.awaitEvents(2);
		this.engine.tick();
		List<ClientSnapshot> clients = this.stream.clients().get();
		assertThat(clients).extracting((client) -> client.client().id())
			.containsExactlyInAnyOrder(reader.id(), blocked.id());
		assertThat(clients).filteredOn((client) -> client.client().id().equals(reader.id()))
			.singleElement()
			.satisfies((client) -> {
				assertThat(client.lag()).isZero();
				assertThat(client.blocked()).isFalse();
				assertThat(client.bytes()).isPositive();
			});
		assertThat(clients).filteredOn((client) -> client.client().id().equals(blocked.id()))
			.singleElement()
			.satisfies((client) -> {
				assertThat(client.lag()).isEqualTo(2);
				assertThat(client.blocked()).isTrue();
				assertThat(client.bytes()).isZero();
			});
	}

	@Test
	void someClientsMayBeDisconnectedAtOnceEvenIdleAndBlockedOnes() throws Exception {
		Client idle = this.engine.connect(this.stream);
		Client blocked = this.engine.connectBlocked(this.stream);
		Client other = this.engine.connect(this.stream);
		assertThat(this.stream.disconnect((client) -> !client.id().equals(other.id())).get()).isEqualTo(2);
		idle.awaitClosed(CloseReason.REVOKED);
		blocked.awaitClosed(CloseReason.REVOKED);
		other.assertOpen();
		assertThat(this.stream.disconnect((client) -> false).get()).isZero();
	}

	@Test
	void connectionEndsAtItsLifetimeAndTheClientResumesWithoutLoss() {
		EventStream stream = start(StreamSettings.builder().maxLifetime(Duration.ofMinutes(10)).build());
		Client client = this.engine.connect(stream);
		this.publisher.emit("a");
		client.awaitData("a");
		this.engine.advance(Duration.ofMinutes(8).minusMillis(1));
		client.assertOpen();
		this.engine.advance(Duration.ofMinutes(2).plusMillis(1));
		client.awaitClosed(CloseReason.LIFETIME);
		this.publisher.emit("b");
		Client back = this.engine.connect(stream, client.sink().lastEventId());
		back.awaitData("b");
		assertThat(back.missed()).isEmpty();
		back.assertOpen();
	}

	@Test
	void lifetimesAreJittered() {
		EventStream stream = start(StreamSettings.builder().maxLifetime(Duration.ofMinutes(10)).build());
		List<Client> clients = IntStream.range(0, 100).mapToObj((i) -> this.engine.connect(stream)).toList();
		this.engine.work();
		this.engine.advance(Duration.ofMinutes(9));
		TestEngine.await().until(() -> stream.snapshot().clients() < 90);
		assertThat(stream.snapshot().clients()).isBetween(10, 90);
		assertThat(clients).hasSize(100);
	}

	@Test
	void clientThatIsSentAwayFinishesTheEventThatItWasBegunWith() {
		String large = "0123456789".repeat(30_000);
		EventStream stream = start(StreamSettings.builder().maxLifetime(Duration.ofSeconds(10)).build());
		Client client = this.engine.connect(stream, null, new RecordingSink(1));
		this.publisher.emit(large, "b");
		TestEngine.await().until(() -> client.sink().writes().size() == 1);
		this.engine.advance(Duration.ofSeconds(10));
		client.sink().ready();
		client.awaitClosed(CloseReason.LIFETIME);
		client.awaitData(large);
	}

	@Test
	void drainedStreamSendsEachClientAwayInTheWindowWithATimeOfItsOwn() {
		List<Client> clients = IntStream.range(0, 50).mapToObj((i) -> this.engine.connect(this.stream)).toList();
		this.engine.work();
		this.stream.drain(Duration.ofSeconds(10));
		this.engine.work();
		assertThatIllegalStateException()
			.isThrownBy(() -> this.stream.connect(client("x"), new RecordingSink(Long.MAX_VALUE)));
		this.engine.advance(Duration.ofSeconds(5));
		TestEngine.await().until(() -> this.stream.snapshot().clients() < 45);
		assertThat(this.stream.snapshot().clients()).isBetween(5, 45);
		this.engine.advance(Duration.ofSeconds(5));
		clients.forEach((client) -> client.awaitClosed(CloseReason.SHUTDOWN));
		assertThat(clients).extracting((client) -> client.sink().reconnectionTime())
			.allSatisfy((time) -> assertThat(time).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(6)));
		assertThat(clients.stream().map((client) -> client.sink().reconnectionTime()).distinct())
			.hasSizeGreaterThan(20);
	}

	@Test
	void listenerIsToldHowLongEventsTookToBeFlushed() {
		Client client = this.engine.connect(this.stream);
		this.engine.work();
		client.sink().block();
		this.publisher.emit("a");
		this.engine.turn(Duration.ofMillis(70));
		this.engine.work();
		client.sink().ready();
		client.awaitData("a");
		TestEngine.await().until(() -> !this.engine.listener().delays().isEmpty());
		assertThat(this.engine.listener().delays()).containsExactly(Duration.ofMillis(70).toNanos());
	}

	@Test
	void replayIsNoDelay() {
		Client first = this.engine.connect(this.stream);
		this.publisher.emit("a", "b");
		first.awaitData("a", "b");
		this.engine.turn(Duration.ofHours(1));
		this.engine.connect(this.stream, first.sink().events().get(0).lastEventId()).awaitData("b");
		this.engine.work();
		assertThat(this.engine.listener().delays()).allMatch((nanos) -> nanos < 1_000_000_000);
	}

	@Test
	void preambleTellsTheReconnectionTime() {
		assertThat(new String(Reconnection.preamble(Duration.ofMillis(1234)), StandardCharsets.UTF_8))
			.isEqualTo("retry: 1234\n");
	}

	@Test
	void timeToComeBackIsBetweenOnceAndTwiceTheReconnectionTime() {
		StreamSettings settings = StreamSettings.builder().retry(Duration.ofSeconds(4)).build();
		Set<Duration> times = IntStream.range(0, 100)
			.mapToObj((i) -> Reconnection.returnTime(settings))
			.collect(Collectors.toSet());
		assertThat(times).hasSizeGreaterThan(10)
			.allSatisfy((time) -> assertThat(time).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8)));
		assertThat(Reconnection.returnTime(StreamSettings.builder().retry(Duration.ZERO).build()))
			.isBetween(Duration.ZERO, Duration.ofSeconds(1));
	}

	@Test
	void publisherOfAnEventThatIsTooLargeIsToldItsSizeAndTheLimit() {
		EventChannel channel = EventChannel.create();
		EventStream stream = this.engine.stream(channel, StreamSettings.builder().maxEventSize(50).build());
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> stream.snapshot().state() == StreamSnapshot.State.LIVE);
		assertThatIllegalArgumentException().isThrownBy(() -> channel.publish("large", "x".repeat(100)))
			.withMessageContaining("121 bytes")
			.withMessageContaining("50 of max-event-size");
		channel.publish("small", "a");
		client.awaitData("a");
		assertThat(this.engine.listener().rejected()).isEmpty();
	}

	@Test
	void publisherOfAnEventThatCannotBeWrittenIsTold() {
		EventChannel channel = EventChannel.create();
		IOException failure = new IOException("no JSON");
		EventStream stream = this.engine.stream(channel, (builder) -> builder.dataWriter((data) -> {
			throw failure;
		}));
		Client client = this.engine.connect(stream);
		TestEngine.await().until(() -> stream.snapshot().state() == StreamSnapshot.State.LIVE);
		assertThatIllegalArgumentException().isThrownBy(() -> channel.publish("bad", 1))
			.withMessageContaining("\"bad\"")
			.withMessageContaining("no JSON")
			.withCause(failure);
		channel.publish("good", "a");
		client.awaitData("a");
	}

	@Test
	void dataThatIsNotTextNeedsAWriter() {
		EventChannel channel = EventChannel.create();
		EventStream stream = EventStream.builder("plain", channel, this.engine.dispatcher()).build();
		try {
			stream.start();
			TestEngine.await().until(() -> stream.snapshot().state() == StreamSnapshot.State.LIVE);
			assertThatIllegalArgumentException().isThrownBy(() -> channel.publish("x", 1))
				.withMessageContaining("no DataWriter for java.lang.Integer");
		}
		finally {
			stream.close();
		}
	}

	@Test
	void earlyEventOfAChannelThatIsTooLargeIsLeftOut() {
		EventChannel channel = EventChannel.create();
		channel.publish("large", "x".repeat(100));
		channel.publish("small", "a");
		Client client = this.engine
			.connect(this.engine.stream(channel, StreamSettings.builder().maxEventSize(50).build()));
		client.awaitData("{\"cause\":\"rejected\"}", "a");
		assertThat(this.engine.listener().rejected()).hasSize(1);
	}

	@Test
	void channelServedByTwoStreamsReachesTheClientsOfBoth() {
		EventChannel channel = EventChannel.create();
		EventStream json = this.engine.stream(channel, (builder) -> builder.dataWriter((data) -> "json"));
		EventStream text = this.engine.stream(channel, (builder) -> builder.dataWriter((data) -> "text"));
		Client first = this.engine.connect(json);
		Client second = this.engine.connect(text);
		TestEngine.await()
			.until(() -> json.snapshot().state() == StreamSnapshot.State.LIVE
					&& text.snapshot().state() == StreamSnapshot.State.LIVE);
		channel.publish("x", 1);
		first.awaitData("json");
		second.awaitData("text");
	}

	@Test
	void completedChannelEndsItsStream() {
		EventChannel channel = EventChannel.create();
		EventStream stream = this.engine.stream(channel);
		Client client = this.engine.connect(stream);
		channel.publish("x", "a");
		channel.complete();
		client.awaitClosed(CloseReason.COMPLETED);
		assertThat(client.data()).containsExactly("a");
	}

	@Test
	void eventsWithoutDataAreSentButNotDispatched() {
		Client client = this.engine.connect(this.stream);
		this.publisher.emit("a");
		this.publisher.link().subscriber().onNext(Event.builder().comment("c").build());
		this.publisher.link().subscriber().onNext(Event.builder().id("checkpoint").build());
		TestEngine.await().until(() -> client.sink().lastEventId().equals("checkpoint"));
		assertThat(client.data()).containsExactly("a");
		assertThat(client.sink().comments()).containsExactly("c");
		this.publisher.emit("b");
		Client back = this.engine.connect(this.stream, "checkpoint");
		back.awaitData("b");
	}

	@Test
	void newClientGetsTheLatestEventsFirst() {
		EventStream stream = start(StreamSettings.builder().bufferSize(4).initialReplay(2).build());
		Client first = this.engine.connect(stream);
		this.publisher.emit("a");
		first.awaitData("a");
		this.engine.connect(stream).awaitData("a");
		this.publisher.emit("b");
		this.publisher.emit("c");
		Client late = this.engine.connect(stream);
		late.awaitData("b", "c");
		this.publisher.emit("d");
		late.awaitData("b", "c", "d");
		assertThat(late.missed()).isEmpty();
	}

	@Test
	void initialReplayIsNoneForAClientThatResumes() {
		EventStream stream = start(StreamSettings.builder().initialReplay(100).build());
		this.publisher.emit("a", "b", "c");
		Client client = this.engine.connect(stream);
		client.awaitData("a", "b", "c");
		this.publisher.emit("d");
		client.awaitEvents(4);
		this.engine.connect(stream, client.sink().events().get(2).lastEventId()).awaitData("d");
	}

	@Test
	void personalStreamThatHasCompletedIsOverForTheClientThatComesBack() {
		EventStream personal = this.engine.stream(Flux.just(Event.of("a")), TestEngine::personal);
		Client client = this.engine.connect(personal);
		client.awaitClosed(CloseReason.COMPLETED);
		client.awaitData("a");
		assertThat(EventStream.wasPersonal(client.sink().lastEventId())).isTrue();
		assertThat(EventStream.wasPersonal(client.sink().events().get(0).lastEventId())).isFalse();
		assertThat(EventStream.wasPersonal(null)).isFalse();
	}

	@Test
	void personalStreamThatBeganAnewSaysSo() {
		EventStream first = this.engine.stream(this.publisher, TestEngine::personal);
		Client client = this.engine.connect(first);
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() == 2 && !this.publisher.link().requests().isEmpty());
		this.publisher.emit("a");
		client.awaitData("a");
		EventStream second = this.engine.stream(Flux.just(Event.of("b")), TestEngine::personal);
		Client back = this.engine.connect(second, client.sink().lastEventId());
		back.awaitClosed(CloseReason.COMPLETED);
		back.awaitData("{\"cause\":\"restarted\"}", "b");
	}

	@Test
	void publisherThatKnowsItsClientResumesByItselfWhereItGaveTheId() {
		EventStream stream = this.engine.stream(Flux.just(Event.of("b")),
				(builder) -> TestEngine.personal(builder).resumable());
		Client client = this.engine.connect(stream, "order 17");
		client.awaitClosed(CloseReason.COMPLETED);
		client.awaitData("b");
		assertThat(client.missed()).isEmpty();
	}

	@Test
	void personalStreamEndsWithItsClient() {
		EventStream personal = this.engine.stream(Flux.never(), TestEngine::personal);
		Client client = this.engine.connect(personal);
		client.sink().connection().close(CloseReason.DISCONNECTED);
		client.awaitClosed(CloseReason.DISCONNECTED);
		TestEngine.await().until(() -> personal.snapshot().state() == StreamSnapshot.State.CLOSED);
		assertThatIllegalStateException()
			.isThrownBy(() -> personal.connect(client("x"), new RecordingSink(Long.MAX_VALUE)));
	}

	@Test
	void descriptionOfAClientIsSafeToLog() {
		EventClient client = EventClient.builder("7", "prices")
			.principal(() -> "eve\r\n")
			.remoteAddress("1.2.3.4")
			.lastEventId("id\r\nforged")
			.build();
		assertThat(client).hasToString("client 7 of stream 'prices'");
	}

	private static EventClient client(String id) {
		return EventClient.builder(id, "test").build();
	}

}
