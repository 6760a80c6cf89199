package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import org.awaitility.Awaitility;
import reactor.core.publisher.Flux;

/**
 * Runs the engine in a JVM with a heap of a few times <code>buffer-memory</code>, and has
 * so many clients stand still in so many different places that the heap would be full if
 * what is on its way to them were not counted. See {@link SmallHeap}.
 */
public final class CrowdedHeap {

	private static final int LARGE = 900_000;

	private static final HeapEngine engine = new HeapEngine();

	private static final AtomicInteger produced = new AtomicInteger();

	private CrowdedHeap() {
	}

	/** What is done. */
	enum Scenario {

		STUCK_IN_DIFFERENT_EVENTS(() -> stuck(OverflowStrategy.DISCONNECT, List.of())),

		STUCK_IN_DIFFERENT_EVENTS_AND_SKIPPING(() -> stuck(OverflowStrategy.SKIP, List.of())),

		STUCK_IN_DIFFERENT_EVENTS_AND_CONFLATING(() -> stuck(OverflowStrategy.CONFLATE, List.of())),

		STUCK_IN_DIFFERENT_EVENTS_BEHIND_FILTERS(
				() -> stuck(OverflowStrategy.DISCONNECT, List.of((event, client) -> true))),

		BEGUN_WITH_DIFFERENT_EVENTS(CrowdedHeap::begun),

		HISTORY_THAT_IS_NOT_READ(() -> history(1)),

		HISTORY_OF_CLIENTS_THAT_ARE_NEVER_WRITABLE(() -> history(0)),

		HISTORY_OF_LARGE_EVENTS(CrowdedHeap::largeHistory),

		PERSONAL_STREAMS_THAT_HAVE_SENT_ALL(CrowdedHeap::personal);

		private final Runnable action;

		Scenario(Runnable action) {
			this.action = action;
		}

	}

	/**
	 * Does what the first argument names.
	 * @param args the name of a {@link Scenario}
	 */
	public static void main(String[] args) {
		HeapEngine.run(Scenario.valueOf(args[0]).action);
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await()
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.atMost(Duration.ofMinutes(3))
			.until(condition);
	}

	/** Waits until no more of a history is read ahead. */
	private static void awaitStandstill() {
		AtomicInteger before = new AtomicInteger(-1);
		Awaitility.await().pollInterval(Duration.ofMillis(200)).atMost(Duration.ofMinutes(3)).until(() -> {
			int now = produced.get();
			return before.getAndSet(now) == now;
		});
	}

	/** The first client stops in the first event, the second in the second, and so on. */
	private static void stuck(OverflowStrategy overflow, List<EventFilter> filters) {
		ManualPublisher publisher = new ManualPublisher();
		EventStream stream = engine.start(publisher,
				(builder) -> builder.filters(filters).settings(StreamSettings.builder().overflow(overflow).build()));
		await(() -> publisher.subscriptions() == 1);
		List<CountingSink> sinks = new ArrayList<>();
		for (int i = 0; i < 250; i++) {
			sinks.add(engine.connect(stream, (long) i * LARGE + 70_000, null));
		}
		CountingSink reader = engine.connect(stream, Long.MAX_VALUE, null);
		for (int i = 0; i < sinks.size(); i++) {
			publisher.emit("x".repeat(LARGE - 100));
			long taken = (long) i * LARGE + 60_000;
			List<CountingSink> after = sinks.subList(i, sinks.size());
			await(() -> after.stream().allMatch((sink) -> sink.taken() > taken || sink.isComplete()));
			HeapEngine.require(after.stream().noneMatch((sink) -> sink.isComplete()), "a client that reads was closed");
		}
		await(() -> reader.taken() > (long) sinks.size() * (LARGE - 200));
		HeapEngine.require(!reader.isComplete(), "the client that has read everything was closed");
		HeapEngine.require(!sinks.get(sinks.size() - 1).isComplete(), "the last client was closed");
	}

	/** All have been told that they miss events, and no more. */
	private static void begun() {
		ManualPublisher publisher = new ManualPublisher();
		EventStream stream = engine.start(publisher, UnaryOperator.identity());
		await(() -> publisher.subscriptions() == 1);
		for (int i = 0; i < 250; i++) {
			publisher.emit("x".repeat(LARGE));
			CountingSink sink = engine.connect(stream, 1, "nonsense");
			await(() -> sink.taken() > 0 || sink.isComplete());
		}
	}

	private static Event event(int number, int size) {
		produced.incrementAndGet();
		return Event.builder().id("h" + number).data("x".repeat(size)).build();
	}

	private static EventStream withHistory(int events, int size) {
		ManualPublisher publisher = new ManualPublisher();
		EventHistory history = (id, client, limit) -> {
			int last = Integer.parseInt(id.substring(1));
			return (last < events) ? IntStream.range(last + 1, events).mapToObj((i) -> event(i, size)) : Stream.of();
		};
		EventStream stream = engine.start(publisher, (builder) -> builder.history(history));
		await(() -> publisher.subscriptions() == 1);
		return stream;
	}

	private static void history(long limit) {
		EventStream stream = withHistory(30, 9_000);
		List<CountingSink> sinks = IntStream.range(0, 1_500)
			.mapToObj((i) -> engine.connect(stream, limit, "h0"))
			.toList();
		await(() -> sinks.stream().allMatch((sink) -> sink.taken() >= limit));
		awaitStandstill();
		HeapEngine.require(sinks.stream().noneMatch((sink) -> sink.isComplete()), "a client was closed");
		sinks.forEach(CountingSink::takeEverything);
		await(() -> sinks.stream().allMatch((sink) -> sink.taken() >= 29 * 9_000));
	}

	/** Half of the clients take nothing after the first part. */
	private static void largeHistory() {
		EventStream stream = withHistory(5, LARGE);
		List<CountingSink> dead = new ArrayList<>();
		List<CountingSink> living = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			dead.add(engine.connect(stream, 1, "h0"));
			living.add(engine.connect(stream, Long.MAX_VALUE, "h0"));
		}
		await(() -> living.stream().allMatch((sink) -> sink.taken() > 4 * LARGE));
		HeapEngine.require(living.stream().noneMatch((sink) -> sink.isComplete()), "a client that reads was closed");
		await(() -> dead.stream().allMatch((sink) -> sink.taken() > 0 || sink.isComplete()));
	}

	private static void personal() {
		List<CountingSink> sinks = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			Flux<Event> events = Flux.range(0, 10).map((j) -> event(j, LARGE)).concatWith(Flux.never());
			// The client is what has the stream subscribe, so that it misses nothing
			CountingSink sink = engine.connect(engine.build(events, TestEngine::personal), Long.MAX_VALUE, null);
			await(() -> sink.taken() > 10 * LARGE || sink.isComplete());
			sinks.add(sink);
		}
		HeapEngine.require(sinks.stream().noneMatch((sink) -> sink.isComplete()), "a client was closed");
	}

}
