package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import io.eventsource.EventSink;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.engine.runtime.Dispatcher;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Runs the engine in a JVM with a heap of a few times <code>buffer-memory</code>, and has
 * so many clients stand still in so many different places that the heap would be full if
 * what is on its way to them were not counted. See {@link SmallHeap}.
 */
public final class CrowdedHeap {

	private static final int LARGE = 900_000;

	private static final Dispatcher dispatcher = new Dispatcher(2);

	private static final AtomicInteger clients = new AtomicInteger();

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
		Scenario.valueOf(args[0]).action.run();
		System.out.println("survived");
		System.exit(0);
	}

	private static EventStream stream(org.reactivestreams.Publisher<?> publisher,
			UnaryOperator<EventStreamBuilder> customizer) {
		EventStream stream = build(publisher, customizer);
		stream.start();
		return stream;
	}

	private static EventStream build(org.reactivestreams.Publisher<?> publisher,
			UnaryOperator<EventStreamBuilder> customizer) {
		return customizer.apply(EventStream.builder("crowded", publisher, dispatcher).listener(new Reasons())).build();
	}

	private static CountingSink connect(EventStream stream, long limit, @Nullable String lastEventId) {
		CountingSink sink = new CountingSink(limit);
		String id = "c" + clients.incrementAndGet();
		sink.open(stream.connect(EventClient.builder(id, "crowded").lastEventId(lastEventId).build(), sink));
		return sink;
	}

	private static void await(java.util.concurrent.Callable<Boolean> condition) {
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

	private static void require(boolean condition, String message) {
		if (!condition) {
			throw new IllegalStateException(message);
		}
	}

	/** The first client stops in the first event, the second in the second, and so on. */
	private static void stuck(OverflowStrategy overflow, List<EventFilter> filters) {
		ManualPublisher publisher = new ManualPublisher();
		EventStream stream = stream(publisher,
				(builder) -> builder.filters(filters).settings(StreamSettings.builder().overflow(overflow).build()));
		await(() -> publisher.subscriptions() == 1);
		List<CountingSink> sinks = new ArrayList<>();
		for (int i = 0; i < 250; i++) {
			sinks.add(connect(stream, (long) i * LARGE + 70_000, null));
		}
		CountingSink reader = connect(stream, Long.MAX_VALUE, null);
		for (int i = 0; i < sinks.size(); i++) {
			publisher.emit("x".repeat(LARGE - 100));
			long taken = (long) i * LARGE + 60_000;
			List<CountingSink> after = sinks.subList(i, sinks.size());
			await(() -> after.stream().allMatch((sink) -> sink.taken > taken || sink.complete));
			require(after.stream().noneMatch((sink) -> sink.complete), "a client that reads was closed");
		}
		await(() -> reader.taken > (long) sinks.size() * (LARGE - 200));
		require(!reader.complete, "the client that has read everything was closed");
		require(!sinks.get(sinks.size() - 1).complete, "the last client was closed");
	}

	/** All have been told that they miss events, and no more. */
	private static void begun() {
		ManualPublisher publisher = new ManualPublisher();
		EventStream stream = stream(publisher, UnaryOperator.identity());
		await(() -> publisher.subscriptions() == 1);
		for (int i = 0; i < 250; i++) {
			publisher.emit("x".repeat(LARGE));
			CountingSink sink = connect(stream, 1, "nonsense");
			await(() -> sink.taken > 0 || sink.complete);
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
		EventStream stream = stream(publisher, (builder) -> builder.history(history));
		await(() -> publisher.subscriptions() == 1);
		return stream;
	}

	private static void history(long limit) {
		EventStream stream = withHistory(30, 9_000);
		List<CountingSink> sinks = IntStream.range(0, 1_500).mapToObj((i) -> connect(stream, limit, "h0")).toList();
		await(() -> sinks.stream().allMatch((sink) -> sink.taken >= limit));
		awaitStandstill();
		require(sinks.stream().noneMatch((sink) -> sink.complete), "a client was closed");
		sinks.forEach((sink) -> {
			sink.limit = Long.MAX_VALUE;
			sink.connection.writable();
		});
		await(() -> sinks.stream().allMatch((sink) -> sink.taken >= 29 * 9_000));
	}

	/** Half of the clients take nothing after the first part. */
	private static void largeHistory() {
		EventStream stream = withHistory(5, LARGE);
		List<CountingSink> dead = new ArrayList<>();
		List<CountingSink> living = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			dead.add(connect(stream, 1, "h0"));
			living.add(connect(stream, Long.MAX_VALUE, "h0"));
		}
		await(() -> living.stream().allMatch((sink) -> sink.taken > 4 * LARGE));
		require(living.stream().noneMatch((sink) -> sink.complete), "a client that reads was closed");
		await(() -> dead.stream().allMatch((sink) -> sink.taken > 0 || sink.complete));
	}

	private static void personal() {
		List<CountingSink> sinks = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			Flux<Event> events = Flux.range(0, 10).map((j) -> event(j, LARGE)).concatWith(Flux.never());
			// The client is what has the stream subscribe, so that it misses nothing
			CountingSink sink = connect(build(events, TestEngine::personal), Long.MAX_VALUE, null);
			await(() -> sink.taken > 10 * LARGE || sink.complete);
			sinks.add(sink);
		}
		require(sinks.stream().noneMatch((sink) -> sink.complete), "a client was closed");
	}

	/** Prints why clients were closed. */
	private static final class Reasons implements StreamListener {

		@Override
		public void clientClosed(EventClient client, CloseReason reason) {
			System.out.println(client.id() + " was closed: " + reason);
		}

	}

	/** Takes bytes up to a number, and keeps none. */
	private static final class CountingSink implements EventSink {

		private volatile long limit;

		private volatile long taken;

		private volatile boolean complete;

		private EventConnection connection;

		CountingSink(long limit) {
			this.limit = limit;
		}

		void open(EventConnection connection) {
			this.connection = connection;
			if (this.limit > 0) {
				connection.writable();
			}
		}

		@Override
		public boolean isReady() {
			return this.taken < this.limit;
		}

		@Override
		public void write(byte[] bytes, int offset, int length) {
			this.taken += length;
		}

		@Override
		public void flush() {
			// Gone
		}

		@Override
		public void complete() {
			this.complete = true;
		}

	}

}
