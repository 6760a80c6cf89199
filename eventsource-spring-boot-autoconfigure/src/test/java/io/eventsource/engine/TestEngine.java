package io.eventsource.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.Patience;
import io.eventsource.StreamSettings;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.Worker;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Streams and clients of a test, on workers whose clock stands still until the test turns
 * it. Workers look at that clock when they tick: when the test says so, and every 100 ms
 * of real time.
 */
public class TestEngine implements AutoCloseable {

	private static final Duration PATIENCE = Patience.LIMIT;

	private static final Duration FEW_SECONDS = Duration.ofSeconds(5);

	private static final Duration STEP = Duration.ofMillis(500);

	private final AtomicLong clock = new AtomicLong(Duration.ofDays(1).toNanos());

	/** What a thread is to do before it looks at the clock. */
	private final ThreadLocal<Runnable> beforeLook = new ThreadLocal<>();

	private final AtomicInteger clients = new AtomicInteger();

	private final List<EventStream> streams = new ArrayList<>();

	private final List<RecordingSink> sinks = new CopyOnWriteArrayList<>();

	private final RecordingListener listener = new RecordingListener();

	private final Dispatcher dispatcher;

	public TestEngine() {
		this(2);
	}

	public TestEngine(int workers) {
		this.dispatcher = new Dispatcher(workers, this::now);
	}

	/**
	 * Makes an engine whose workers are replaced when they stand still for so long.
	 */
	public TestEngine(int workers, @Nullable Executor intake, Duration stallTimeout) {
		this.dispatcher = new Dispatcher(workers, intake, stallTimeout, this::now);
	}

	private long now() {
		Runnable action = this.beforeLook.get();
		if (action != null) {
			this.beforeLook.remove();
			action.run();
		}
		return this.clock.get();
	}

	/**
	 * Has the current thread do something in the midst of what it calls next, when that
	 * looks at the clock.
	 */
	public void beforeLook(Runnable action) {
		this.beforeLook.set(action);
	}

	public Dispatcher dispatcher() {
		return this.dispatcher;
	}

	public RecordingListener listener() {
		return this.listener;
	}

	public EventStream stream(Publisher<?> publisher) {
		return stream(publisher, StreamSettings.defaults());
	}

	public EventStream stream(Publisher<?> publisher, StreamSettings settings) {
		return stream(publisher, (builder) -> builder.settings(settings));
	}

	public EventStream stream(Publisher<?> publisher, UnaryOperator<EventStreamBuilder> customizer) {
		EventStream stream = customizer
			.apply(EventStream.builder("test", publisher, this.dispatcher)
				.listener(this.listener)
				.dataWriter(String::valueOf))
			.build();
		this.streams.add(stream);
		return stream;
	}

	/**
	 * Makes a stream that has subscribed to its publisher and asked it for events.
	 */
	public EventStream start(ManualPublisher publisher) {
		return start(publisher, StreamSettings.defaults());
	}

	public EventStream start(ManualPublisher publisher, StreamSettings settings) {
		EventStream stream = stream(publisher, settings);
		int subscriptions = publisher.subscriptions();
		stream.start();
		await().until(() -> publisher.subscriptions() > subscriptions && !publisher.link().requests().isEmpty());
		return stream;
	}

	/**
	 * Makes a stream that serves one client alone.
	 */
	public static EventStreamBuilder personal(EventStreamBuilder builder) {
		return builder.personal((ended) -> {
		});
	}

	/**
	 * Connects a client that takes everything at once.
	 */
	public Client connect(EventStream stream) {
		return connect(stream, null);
	}

	public Client connect(EventStream stream, @Nullable String lastEventId) {
		return connect(stream, lastEventId, new RecordingSink(Long.MAX_VALUE));
	}

	/**
	 * Connects a client that takes nothing until it is told to.
	 */
	public Client connectBlocked(EventStream stream) {
		return connect(stream, null, new RecordingSink(0));
	}

	public Client connect(EventStream stream, @Nullable String lastEventId, RecordingSink sink) {
		return connect(stream, sink, (client) -> client.lastEventId(lastEventId));
	}

	public Client connect(EventStream stream, RecordingSink sink, UnaryOperator<EventClient.Builder> customizer) {
		String id = "c" + this.clients.incrementAndGet();
		return watch(id, sink, stream.connect(customizer.apply(EventClient.builder(id, stream.name())).build(), sink));
	}

	/**
	 * Watches a client that was connected to some stream.
	 */
	public Client watch(String id, RecordingSink sink, EventConnection connection) {
		this.sinks.add(sink);
		sink.open(connection);
		return new Client(id, sink);
	}

	/**
	 * Turns the clock.
	 */
	public void turn(Duration time) {
		this.clock.addAndGet(time.toNanos());
	}

	/**
	 * Turns the clock, and lets each worker look at it: every half second if it is turned
	 * by a few, since workers do not take a longer pause for the fault of a client.
	 */
	public void advance(Duration time) {
		Duration left = time;
		while (time.compareTo(FEW_SECONDS) <= 0 && left.compareTo(STEP) > 0) {
			turn(STEP);
			tick();
			left = left.minus(STEP);
		}
		turn(left);
		tick();
	}

	/**
	 * Has each worker do at once what it does on a tick, and waits until it has done that
	 * and what came of it.
	 */
	public void tick() {
		tickNext();
		work();
	}

	/**
	 * Has each worker do what it does on a tick, as the next thing that it does.
	 */
	public void tickNext() {
		for (int i = 0; i < this.dispatcher.threads(); i++) {
			Worker worker = this.dispatcher.worker(i);
			worker.execute(worker::tick);
		}
	}

	/**
	 * Waits until each worker has done what it was asked for so far.
	 */
	public void work() {
		for (int i = 0; i < this.dispatcher.threads(); i++) {
			work(i);
		}
	}

	/**
	 * Waits until a worker has done what it was asked for so far.
	 */
	public void work(int index) {
		CountDownLatch done = new CountDownLatch(1);
		Worker worker = this.dispatcher.worker(index);
		worker.execute(() -> worker.execute(done::countDown));
		await().until(() -> done.getCount() == 0);
	}

	/**
	 * Has each worker do nothing until the latch is open.
	 */
	public void holdUpWorkers(CountDownLatch release) {
		for (int i = 0; i < this.dispatcher.threads(); i++) {
			this.dispatcher.worker(i).execute(() -> await(release));
		}
	}

	public static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public static ConditionFactory await() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).atMost(PATIENCE);
	}

	/**
	 * Ends everything, and requires that no sink was treated against its contract.
	 */
	@Override
	public void close() {
		this.streams.forEach(EventStream::close);
		this.dispatcher.close();
		assertThat(this.sinks).allSatisfy(TestEngine::check);
	}

	/**
	 * Keeps nothing of a client that has gone.
	 */
	public void forget(Client client) {
		check(client.sink());
		this.sinks.remove(client.sink());
	}

	private static void check(RecordingSink sink) {
		assertThat(sink.violations()).isEmpty();
		assertThat(sink.completions()).isOne();
	}

	/**
	 * One client and its end of the connection.
	 */
	public final class Client {

		private final String id;

		private final RecordingSink sink;

		Client(String id, RecordingSink sink) {
			this.id = id;
			this.sink = sink;
		}

		public String id() {
			return this.id;
		}

		public RecordingSink sink() {
			return this.sink;
		}

		public List<String> data() {
			return this.sink.data();
		}

		/**
		 * Waits until the client has exactly these events.
		 */
		public void awaitData(String... data) {
			await().untilAsserted(() -> assertThat(data()).containsExactly(data));
		}

		/**
		 * Waits until the client has so many events.
		 */
		public void awaitEvents(int count) {
			await().untilAsserted(() -> assertThat(this.sink.events()).hasSize(count));
		}

		/**
		 * Waits until the connection has ended, for one reason.
		 */
		public void awaitClosed(CloseReason reason) {
			await().untilAsserted(() -> assertThat(TestEngine.this.listener.closed(this.id)).containsExactly(reason));
			assertThat(this.sink.completions()).isOne();
		}

		/**
		 * What the client was told to have missed, as the listener has heard of it.
		 */
		public List<String> missed() {
			return TestEngine.this.listener.missed(this.id);
		}

		public void assertOpen() {
			assertThat(TestEngine.this.listener.closed(this.id)).isEmpty();
			assertThat(this.sink.completions()).isZero();
		}

	}

}
