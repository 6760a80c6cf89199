package io.eventsource.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventHistory;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import io.eventsource.engine.log.Slice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients whose place has left the log by the time they are served for the first time.
 */
class LateServiceTests {

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final StreamSettings.Builder settings = StreamSettings.builder().bufferSize(8);

	/** The newest event in the store. */
	private final AtomicInteger last = new AtomicInteger();

	@AfterEach
	void close() {
		this.engine.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "DISCONNECT", "BACKPRESSURE" })
	void clientWithAnIdThatTheLogStillHadGetsTheRestAndIsToldWhatItMisses(OverflowStrategy overflow) {
		this.settings.overflow(overflow);
		EventStream stream = start();
		Client reader = this.engine.connect(stream);
		emit(0, 7);
		reader.awaitEvents(8);
		Client back = back(stream, id(reader, 2));
		emit(8, 19);
		back.sink().ready();
		// 3 to 11 have left
		back.awaitData(numbers("{\"cause\":\"evicted\",\"missed\":9}", 12, 19));
		assertThat(back.missed()).containsExactly("EVICTED 9");
		back.assertOpen();
	}

	@Test
	void clientWhoseIdHadLeftIsToldWhatItMissesWhenItIsServed() {
		EventStream stream = start();
		Client reader = this.engine.connect(stream);
		for (int i = 0; i < 20; i += 4) {
			emit(i, i + 3);
			reader.awaitEvents(i + 4);
		}
		Client back = back(stream, id(reader, 0));
		emit(20, 29);
		back.sink().ready();
		back.awaitData(numbers("{\"cause\":\"evicted\",\"missed\":21}", 22, 29));
		assertThat(back.missed()).containsExactly("EVICTED 21");
	}

	@ParameterizedTest
	@EnumSource
	void unknownIdAndThatOfAnEarlierRunGetTheGapAndTheRest(OverflowStrategy overflow) {
		this.settings.overflow(overflow);
		EventStream stream = start();
		emit(0, 9);
		String earlier = this.engine.stream(new ManualPublisher()).log().epoch();
		List<Client> clients = List.of(back(stream, "nonsense"), back(stream, earlier + "-4"));
		emit(10, 29);
		clients.forEach((client) -> client.sink().ready());
		clients.get(0).awaitData(numbers("{\"cause\":\"unknown\"}", 22, 29));
		clients.get(1).awaitData(numbers("{\"cause\":\"restarted\"}", 22, 29));
	}

	@ParameterizedTest
	@EnumSource(names = { "DISCONNECT", "BACKPRESSURE" })
	void newClientIsToldWhatItMissesOfWhatCameAfterIt(OverflowStrategy overflow) {
		this.settings.overflow(overflow);
		EventStream stream = start();
		emit(0, 9);
		Client fresh = back(stream, null);
		emit(10, 29);
		fresh.sink().ready();
		fresh.awaitData(numbers("{\"cause\":\"overflow\",\"missed\":12}", 22, 29));
		fresh.assertOpen();
	}

	@ParameterizedTest
	@EnumSource
	void latestEventsThatLeaveTheLogBeforeTheyAreSentAreNoLoss(OverflowStrategy overflow) {
		this.settings.overflow(overflow).initialReplay(8);
		EventStream stream = start();
		emit(0, 9);
		Client fresh = back(stream, null);
		emit(10, 14);
		fresh.sink().ready();
		// The newest of one kind stands for all, where that is so
		fresh.awaitData(numbers(null, (overflow != OverflowStrategy.CONFLATE) ? 7 : 14, 14));
		assertThat(fresh.missed()).isEmpty();
		fresh.assertOpen();
	}

	@Test
	void gapAndWhatFollowsAreTakenTogether() {
		EventStream stream = start();
		emitLarge(0, 9);
		// Takes the gap, and says no before the first event
		Client back = this.engine.connect(stream, "nonsense", new RecordingSink(1));
		TestEngine.await().until(() -> back.sink().writes().size() == 1);
		this.engine.work();
		emitLarge(10, 40);
		this.engine.tick();
		back.assertOpen();
		back.sink().ready();
		TestEngine.await().until(() -> back.sink().isComplete());
		// It had begun with the first event that the log had then, and falls out after it
		assertThat(back.data()).hasSize(2);
		assertThat(back.data().get(0)).isEqualTo("{\"cause\":\"unknown\"}");
		assertThat(back.data().get(1)).startsWith("2 ");
		back.awaitClosed(CloseReason.OVERFLOW);
	}

	@Test
	void gapAndWhatFollowsAreWrittenInOnePieceIfTheyAreSmall() {
		EventStream stream = start();
		emit(0, 9);
		Client back = this.engine.connect(stream, "nonsense", new RecordingSink(1));
		TestEngine.await().until(() -> back.sink().writes().size() == 1);
		this.engine.work();
		// Nothing is left that would have to be kept
		assertThat(stream.log().memory().stragglers().isEmpty()).isTrue();
		back.sink().ready();
		back.awaitData(numbers("{\"cause\":\"unknown\"}", 2, 9));
		assertThat(back.sink().writes()).hasSize(1);
	}

	@Test
	void skippingClientTakesTheGapAndWhatFollowsTogether() {
		this.settings.overflow(OverflowStrategy.SKIP);
		EventStream stream = start();
		Client slow = this.engine.connect(stream);
		emit(0, 0);
		slow.awaitData("0");
		slow.sink().block();
		emit(1, 20);
		this.engine.work();
		slow.sink().ready(1);
		TestEngine.await().until(() -> slow.sink().writes().size() == 2);
		this.engine.work();
		emit(21, 60);
		this.engine.work();
		slow.sink().ready();
		TestEngine.await().until(() -> slow.data().contains("60"));
		assertThat(slow.data()).startsWith("0", "{\"cause\":\"overflow\",\"missed\":16}", "17", "18", "19", "20");
	}

	@Test
	void clientThatIsNotServedYetIsNotOverrun() {
		EventStream stream = start();
		Client blocked = back(stream, null);
		emit(0, 99);
		this.engine.advance(stream.settings().connection().writeTimeout().dividedBy(2));
		blocked.assertOpen();
		this.engine.advance(stream.settings().connection().writeTimeout().dividedBy(2));
		blocked.awaitClosed(CloseReason.WRITE_TIMEOUT);
	}

	@Test
	void historyIsAskedForWhatLeftTheLogBeforeTheClientWasServed() {
		EventStream stream = start((id, client, limit) -> after(id));
		emitWithIds(0, 9);
		Client back = back(stream, "5");
		emitWithIds(10, 29);
		back.sink().ready();
		back.awaitData(numbers(null, 6, 29));
		assertThat(back.missed()).isEmpty();
	}

	@Test
	void historyGoesOnWhereTheLogHasLeftItsEnd() {
		AtomicInteger questions = new AtomicInteger();
		EventStream stream = start((id, client, limit) -> {
			boolean first = questions.incrementAndGet() == 1;
			// Before the worker has the batch, its end leaves the log
			return after(id).onClose(() -> emitWithIds(20, first ? 49 : 19));
		});
		emitWithIds(0, 19);
		Client back = back(stream, "1");
		back.sink().ready();
		back.awaitData(numbers(null, 2, 49));
		assertThat(back.missed()).isEmpty();
		assertThat(questions.get()).isGreaterThan(1);
	}

	@Test
	void endOfAHistoryThatKnowsNoMoreIsFollowedByEvents() {
		EventStream stream = start((id, client, limit) -> null);
		emitWithIds(0, 19);
		Client back = back(stream, "1");
		this.engine.tick();
		emitWithIds(20, 49);
		back.sink().ready();
		back.awaitData(numbers("{\"cause\":\"unknown\"}", 42, 49));
		back.assertOpen();
	}

	@Test
	void latestEventsThatAClientMaySeeAreLookedForInSlices() {
		AtomicLong calls = new AtomicLong();
		AtomicLong most = new AtomicLong();
		this.settings.bufferSize(50_000).initialReplay(10);
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> builder.settings(this.settings.build()).filters(List.of((event, client) -> {
					calls.incrementAndGet();
					spin();
					return Integer.valueOf(0).equals(event.data());
				})));
		stream.start();
		TestEngine.await().until(() -> this.publisher.subscriptions() == 1);
		emit(0, 19_999);
		List<Client> clients = IntStream.range(0, 20).mapToObj((i) -> this.engine.connect(stream)).toList();
		long before = calls.get();
		most.set(workUntil(() -> clients.stream().noneMatch((client) -> client.data().isEmpty())));
		assertThat(calls.get() - before).isGreaterThan(300_000);
		// All at once it takes seconds: 200,000 calls of 10 µs on each worker
		assertThat(TimeUnit.NANOSECONDS.toMillis(most.get())).isLessThan(1_800);
		clients.forEach((client) -> client.awaitData("0"));
	}

	@Test
	void filterThatTakesItsTimeHoldsUpOtherTasksForASliceOnly() {
		AtomicLong calls = new AtomicLong();
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> builder.settings(StreamSettings.builder().bufferSize(4096).build())
					.filters(List.of((event, client) -> {
						calls.incrementAndGet();
						spin();
						return true;
					})));
		stream.start();
		TestEngine.await().until(() -> this.publisher.subscriptions() == 1);
		List<Client> clients = IntStream.range(0, 100).mapToObj((i) -> this.engine.connect(stream)).toList();
		this.engine.work();
		emit(1, 2000);
		long most = workUntil(() -> clients.stream().allMatch((client) -> client.data().size() == 2000));
		assertThat(calls.get()).isEqualTo(200_000);
		// All at once it takes a second: 100,000 calls of 10 µs on each worker
		assertThat(TimeUnit.NANOSECONDS.toMillis(most)).isLessThan(900);
	}

	/**
	 * The longest time that a worker needed to come to another task meanwhile.
	 */
	private long workUntil(BooleanSupplier condition) {
		AtomicLong most = new AtomicLong();
		TestEngine.await().until(() -> {
			long begun = System.nanoTime();
			this.engine.work();
			most.accumulateAndGet(System.nanoTime() - begun, Math::max);
			return condition.getAsBoolean();
		});
		return most.get();
	}

	/** Takes 10 µs. */
	private static void spin() {
		long end = System.nanoTime() + 10_000;
		while (System.nanoTime() < end) {
			Thread.onSpinWait();
		}
	}

	private EventStream start() {
		return start(null);
	}

	private EventStream start(EventHistory history) {
		EventStream stream = this.engine.stream(this.publisher,
				(builder) -> builder.settings(this.settings.build()).history(history));
		stream.start();
		TestEngine.await()
			.until(() -> this.publisher.subscriptions() == 1 && !this.publisher.link().requests().isEmpty());
		return stream;
	}

	/**
	 * Connects a client that the transport is late with.
	 */
	private Client back(EventStream stream, String lastEventId) {
		return this.engine.connect(stream, lastEventId, new RecordingSink(0));
	}

	private void emit(int first, int last) {
		this.publisher.emit(IntStream.rangeClosed(first, last).boxed().toArray());
	}

	private void emitLarge(int first, int last) {
		this.publisher
			.emit(IntStream.rangeClosed(first, last).mapToObj((i) -> i + " ".repeat(Slice.MAX_WRITE)).toArray());
	}

	private void emitWithIds(int first, int last) {
		IntStream.rangeClosed(first, last).forEach((i) -> this.publisher.link().subscriber().onNext(event(i)));
		this.last.accumulateAndGet(last, Math::max);
	}

	private Stream<Event> after(String id) {
		return IntStream.rangeClosed(Integer.parseInt(id) + 1, this.last.get()).mapToObj(LateServiceTests::event);
	}

	private static Event event(int number) {
		return Event.builder().id(Integer.toString(number)).data(number).build();
	}

	private static String id(Client client, int index) {
		return client.sink().events().get(index).lastEventId();
	}

	private static String[] numbers(String gap, int first, int last) {
		List<String> data = new ArrayList<>();
		if (gap != null) {
			data.add(gap);
		}
		IntStream.rangeClosed(first, last).mapToObj(String::valueOf).forEach(data::add);
		return data.toArray(String[]::new);
	}

}
