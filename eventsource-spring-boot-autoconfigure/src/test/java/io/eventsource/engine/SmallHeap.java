package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.EventHistory;
import io.eventsource.EventRelay;
import io.eventsource.EventSink;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.StreamSnapshot;
import io.eventsource.engine.runtime.Dispatcher;
import org.reactivestreams.Publisher;
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

	private static final Dispatcher dispatcher = new Dispatcher(2);

	private static final AtomicInteger clients = new AtomicInteger();

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

		RELAY(SmallHeap::relay);

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

	private static String large(int i) {
		return i + "x".repeat(900_000);
	}

	private static StreamSettings.Builder settings() {
		return StreamSettings.builder();
	}

	private static EventStream stream(Publisher<?> publisher, UnaryOperator<EventStreamBuilder> customizer) {
		EventStream stream = customizer.apply(EventStream.builder("small", publisher, dispatcher)).build();
		stream.start();
		return stream;
	}

	private static void connect(EventStream stream, DroppingSink sink, String lastEventId) {
		String id = "c" + clients.incrementAndGet();
		sink.open(stream.connect(EventClient.builder(id, "small").lastEventId(lastEventId).build(), sink));
	}

	private static void publish(OverflowStrategy overflow, Duration patience, int threads) {
		EventChannel channel = EventChannel.create(1024, patience);
		EventStream stream = stream(channel, (builder) -> builder.settings(settings().overflow(overflow).build()));
		connect(stream, new DroppingSink(0), null);
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
				require(ex.getMessage().startsWith("The channel is full"), ex.getMessage());
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
		EventStream stream = stream(channel, TestEngine::personal);
		connect(stream, new DroppingSink(0), null);
		publish(channel, EVENTS);
	}

	private static void early() {
		EventChannel channel = EventChannel.create();
		publish(channel, EVENTS);
		connect(stream(channel, UnaryOperator.identity()), new DroppingSink(0), null);
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
		EventStream stream = stream(channel, (builder) -> builder.filters(List.of((event, client) -> true)));
		for (int i = 0; i < 3; i++) {
			connect(stream, new DroppingSink(i * 100_000), null);
		}
		publish(channel, EVENTS);
	}

	private static void small() {
		Flux<Event> events = Flux.range(0, 2_000_000).map((i) -> Event.builder().id("n" + i).data("x" + i).build());
		EventStream stream = stream(events, (builder) -> builder.settings(settings().bufferSize(1_000_000).build())
			.filters(List.of((event, client) -> true)));
		TestEngine.await().until(() -> stream.snapshot().published() > 0);
		connect(stream, new DroppingSink(Long.MAX_VALUE), null);
		org.awaitility.Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.until(() -> stream.snapshot().state() == StreamSnapshot.State.COMPLETED);
	}

	private static void flood() {
		ManualPublisher publisher = new ManualPublisher();
		EventStream stream = stream(publisher, UnaryOperator.identity());
		TestEngine.await().until(() -> publisher.subscriptions() == 1);
		connect(stream, new DroppingSink(0), null);
		IntStream.range(0, EVENTS).forEach((i) -> publisher.emit(large(i)));
	}

	private static void own() {
		Flux<Event> events = Flux.range(0, EVENTS)
			.map((i) -> Event.of((i % 3 == 0) ? large(i) : "small"))
			.publishOn(Schedulers.boundedElastic(), 1);
		EventStream stream = stream(events, UnaryOperator.identity());
		connect(stream, new DroppingSink(0), null);
		org.awaitility.Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.until(() -> stream.snapshot().state() == StreamSnapshot.State.COMPLETED);
	}

	/** What comes in from a relay is never more than there is room for. */
	private static void relay() {
		List<EventRelay.Receiver> receivers = new ArrayList<>();
		EventChannel channel = EventChannel.over(new IdleRelay(receivers));
		EventStream stream = stream(channel,
				(builder) -> builder.settings(settings().overflow(OverflowStrategy.BACKPRESSURE).build()));
		connect(stream, new DroppingSink(0), null);
		EventRelay.Receiver receiver = receivers.get(0);
		int delivered = 0;
		for (int i = 0; i < EVENTS; i++) {
			if (receiver.room() > 0) {
				receiver.deliver(Event.builder().id("r" + i).data(large(i)).build());
				delivered++;
			}
		}
		require(delivered >= 8, "only " + delivered + " events were taken");
	}

	private static void require(boolean condition, String message) {
		if (!condition) {
			throw new IllegalStateException(message);
		}
	}

	/** Takes bytes up to a number, and keeps none. */
	private static final class DroppingSink implements EventSink {

		private final long limit;

		private volatile long taken;

		private volatile boolean complete;

		DroppingSink(long limit) {
			this.limit = limit;
		}

		void open(EventConnection connection) {
			if (this.limit > 0) {
				connection.writable();
			}
		}

		boolean hasTaken() {
			return this.taken > 0 || this.complete;
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

	/** Hands on nothing by itself. */
	private record IdleRelay(List<EventRelay.Receiver> receivers) implements EventRelay {

		@Override
		public void publish(Event event) {
			throw new IllegalStateException("Not used");
		}

		@Override
		public void attach(Receiver receiver) {
			this.receivers.add(receiver);
		}

		@Override
		public void detach() {
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
		public EventHistory history() {
			return (lastEventId, client, limit) -> null;
		}

	}

}
