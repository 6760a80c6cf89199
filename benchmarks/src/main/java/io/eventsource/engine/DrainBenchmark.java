package io.eventsource.engine;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.eventsource.CloseReason;
import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.EventSink;
import io.eventsource.PublisherPace;
import io.eventsource.engine.delivery.ClientGroup;
import io.eventsource.engine.delivery.Contention;
import io.eventsource.engine.delivery.DeliveryListener;
import io.eventsource.engine.log.EncodedEvent;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.runtime.Dispatcher;
import io.eventsource.engine.runtime.ThrottledLog;
import io.eventsource.engine.runtime.TypeWarnings;
import io.eventsource.engine.runtime.Worker;
import org.apache.commons.logging.LogFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a pass of a worker over a hundred clients costs for each of them, without the
 * transport: where all clients get the same slice, and where each is asked about.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DrainBenchmark {

	private static final int CLIENTS = 100;

	private static final int BURST = 32;

	private final Served shared = new Served(List.of());

	private final Served filtered = new Served(List.of((event, client) -> true));

	/**
	 * One event to all.
	 */
	@Benchmark
	@OperationsPerInvocation(CLIENTS)
	public void sharedEvent() {
		this.shared.pass(1);
	}

	/**
	 * Events that have piled up, to all.
	 */
	@Benchmark
	@OperationsPerInvocation(CLIENTS)
	public void sharedBurst() {
		this.shared.pass(BURST);
	}

	/**
	 * One event, where there is a filter.
	 */
	@Benchmark
	@OperationsPerInvocation(CLIENTS)
	public void filteredEvent() {
		this.filtered.pass(1);
	}

	/**
	 * Events that have piled up, where there is a filter.
	 */
	@Benchmark
	@OperationsPerInvocation(CLIENTS)
	public void filteredBurst() {
		this.filtered.pass(BURST);
	}

	/**
	 * Ends the threads.
	 */
	@TearDown
	public void close() {
		this.shared.dispatcher.close();
		this.filtered.dispatcher.close();
	}

	/**
	 * A stream and its clients, which the thread of the benchmark serves instead of a
	 * worker.
	 */
	private static final class Served {

		private static final ThrottledLog FAILURES = new ThrottledLog(LogFactory.getLog(DrainBenchmark.class),
				System::nanoTime);

		private final Dispatcher dispatcher = new Dispatcher(1);

		private final EventStream stream;

		private final ClientGroup group;

		private final EncodedEvent event;

		Served(List<EventFilter> filters) {
			this.stream = EventStream.builder("benchmark", EventChannel.create(), this.dispatcher)
				.filters(filters)
				.build();
			Contention contention = new Contention(() -> PublisherPace.WAITS, System.nanoTime());
			this.group = new ClientGroup(this.stream.delivery(), contention.share(), new Unheard(),
					new Worker("drain", System::nanoTime, FAILURES));
			this.event = new FrameEncoder(String::valueOf, 1024, !filters.isEmpty(), false, new TypeWarnings(), "")
				.encode(Event.of("x".repeat(100)));
			for (int i = 0; i < CLIENTS; i++) {
				this.group.admit(EventClient.builder("c" + i, "benchmark").build(), new Nowhere()).writable();
			}
			pass(1);
		}

		void pass(int events) {
			for (int i = 0; i < events; i++) {
				this.stream.log().append(this.event);
			}
			this.group.run();
			if (this.group.floor().slowest() != this.stream.log().tail()) {
				throw new IllegalStateException("A client has not got everything");
			}
		}

	}

	/**
	 * Nobody who waits for what is delivered.
	 */
	private static final class Unheard implements DeliveryListener {

		@Override
		public void flushed(Frame first) {
		}

		@Override
		public void progressed() {
		}

		@Override
		public void closed(EventClient client, CloseReason reason) {
		}

	}

	/**
	 * A client that takes everything at once.
	 */
	private static final class Nowhere implements EventSink {

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void write(byte[] bytes, int offset, int length) {
		}

		@Override
		public void flush() {
		}

		@Override
		public void complete() {
		}

	}

}
