package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventStore;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Runs the engine in a JVM with a heap of a few times <code>buffer-memory</code>, does
 * with it what would fill the heap if anything were kept beyond that, and ends. A heap
 * that is full ends the JVM with another exit value.
 */
public final class SmallHeap {

	/** Many times as much as the heap has. */
	private static final int EVENTS = 400;

	private static final HeapEngine engine = new HeapEngine();

	private SmallHeap() {
	}

	/** What is done. */
	enum Scenario {

		CLIENT_THAT_TAKES_NOTHING(() -> publish(OverflowStrategy.DISCONNECT, Duration.ofSeconds(20), 1)),

		BACKPRESSURE(() -> publish(OverflowStrategy.BACKPRESSURE, Duration.ofMillis(5), 1)),

		MANY_THREADS(() -> publish(OverflowStrategy.SKIP, Duration.ofSeconds(20), 129)),

		MANY_THREADS_UNDER_BACKPRESSURE(() -> publish(OverflowStrategy.BACKPRESSURE, Duration.ofMillis(500), 129)),

		CHANNEL_OF_A_PERSONAL_STREAM(SmallHeap::personal),

		EARLY_EVENTS(SmallHeap::early),

		SUBSCRIBER_THAT_IS_NO_STREAM(SmallHeap::subscriber),

		FILTERS(SmallHeap::filters),

		MILLIONS_OF_SMALL_EVENTS(SmallHeap::small),

		PUBLISHER_THAT_IGNORES_DEMAND(SmallHeap::flood),

		PUBLISHER_WITH_THREADS_OF_ITS_OWN(SmallHeap::own),

		STORE(SmallHeap::store);

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

	private static String large(int i) {
		return i + "x".repeat(900_000);
	}

	private static StreamSettings.Builder settings() {
		return StreamSettings.builder();
	}

	private static void publish(OverflowStrategy overflow, Duration patience, int threads) {
		EventChannel channel = EventChannel.create(1024, patience);
		EventStream stream = engine.start(channel,
				(builder) -> builder.settings(settings().overflow(overflow).build()));
		engine.connect(stream, 0, null);
		String text = (threads > 1) ? large(0) : null;
		List<Thread> publishers = IntStream.range(0, threads)
			.mapToObj((i) -> new Thread(() -> publish(channel, EVENTS / threads + 1, text)))
			.toList();
		publishers.forEach(Thread::start);
		publishers.forEach(SmallHeap::join);
	}

	private static void publish(EventChannel channel, int count) {
		publish(channel, count, null);
	}

	/** The text is the application's where all threads publish the same. */
	private static void publish(EventChannel channel, int count, String text) {
		for (int i = 0; i < count; i++) {
			try {
				channel.publish("large", (text != null) ? text : large(i));
			}
			catch (IllegalStateException ex) {
				HeapEngine.require(ex.getMessage().startsWith("The channel is full"), ex.getMessage());
			}
		}
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void personal() {
		EventChannel channel = EventChannel.create(1024, Duration.ofMillis(5));
		publish(channel, 100);
		EventStream stream = engine.start(channel, TestEngine::personal);
		engine.connect(stream, 0, null);
		publish(channel, EVENTS);
	}

	private static void early() {
		EventChannel channel = EventChannel.create();
		publish(channel, EVENTS);
		engine.connect(engine.start(channel, UnaryOperator.identity()), 0, null);
	}

	private static void subscriber() {
		EventChannel channel = EventChannel.create(1024, Duration.ofMillis(5));
		channel.subscribe(new Subscriber<>() {

			@Override
			public void onSubscribe(Subscription subscription) {
				// Asks for nothing
			}

			@Override
			public void onNext(Event event) {
				throw new IllegalStateException("Nobody has asked for it");
			}

			@Override
			public void onError(Throwable cause) {
				throw new IllegalStateException(cause);
			}

			@Override
			public void onComplete() {
				// Not before the events
			}

		});
		publish(channel, EVENTS);
	}

	private static void filters() {
		EventChannel channel = EventChannel.create(1024, Duration.ofSeconds(20));
		EventStream stream = engine.start(channel, (builder) -> builder.filters(List.of((event, client) -> true)));
		for (int i = 0; i < 3; i++) {
			engine.connect(stream, i * 100_000, null);
		}
		publish(channel, EVENTS);
	}

	private static void small() {
		Flux<Event> events = Flux.range(0, 2_000_000).map((i) -> Event.builder().id("n" + i).data("x" + i).build());
		EventStream stream = engine.start(events,
				(builder) -> builder.settings(settings().bufferSize(1_000_000).build())
					.filters(List.of((event, client) -> true)));
		TestEngine.await().until(() -> stream.snapshot().published() > 0);
		engine.connect(stream, Long.MAX_VALUE, null);
		Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.until(() -> stream.snapshot().state() == StreamSnapshot.State.COMPLETED);
	}

	private static void flood() {
		ManualPublisher publisher = new ManualPublisher();
		EventStream stream = engine.start(publisher, UnaryOperator.identity());
		TestEngine.await().until(() -> publisher.subscriptions() == 1);
		engine.connect(stream, 0, null);
		IntStream.range(0, EVENTS).forEach((i) -> publisher.emit(large(i)));
	}

	private static void own() {
		Flux<Event> events = Flux.range(0, EVENTS)
			.map((i) -> Event.of((i % 3 == 0) ? large(i) : "small"))
			.publishOn(Schedulers.boundedElastic(), 1);
		EventStream stream = engine.start(events, UnaryOperator.identity());
		engine.connect(stream, 0, null);
		Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.until(() -> stream.snapshot().state() == StreamSnapshot.State.COMPLETED);
	}

	/** What comes in from a store is never more than there is room for. */
	private static void store() {
		List<EventStore.Receiver> receivers = new ArrayList<>();
		EventChannel channel = EventChannel.over(new IdleStore(receivers), String::valueOf, Duration.ofSeconds(5));
		EventStream stream = engine.start(channel,
				(builder) -> builder.settings(settings().overflow(OverflowStrategy.BACKPRESSURE).build()));
		engine.connect(stream, 0, null);
		EventStore.Receiver receiver = receivers.get(0);
		int delivered = 0;
		for (int i = 0; i < EVENTS; i++) {
			if (receiver.room() > 0) {
				receiver.deliver(Event.builder().id("r" + i).data(large(i)).build());
				delivered++;
			}
		}
		HeapEngine.require(delivered >= 8, "only " + delivered + " events were taken");
	}

	/** Hands on nothing by itself. */
	private record IdleStore(List<EventStore.Receiver> receivers) implements EventStore {

		@Override
		public void append(Event event) {
			throw new IllegalStateException("Not used");
		}

		@Override
		public void tail(Receiver receiver, int count, long bytes) {
			this.receivers.add(receiver);
		}

		@Override
		public void stop() {
			// There was nothing
		}

		@Override
		public boolean isConnected() {
			return true;
		}

		@Override
		public boolean isOwn(String id) {
			return false;
		}

		@Override
		public @Nullable List<Event> after(String id, int limit) {
			return null;
		}

	}

}
