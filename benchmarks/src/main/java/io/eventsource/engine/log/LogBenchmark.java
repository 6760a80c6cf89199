package io.eventsource.engine.log;

import java.util.concurrent.TimeUnit;

import io.eventsource.Event;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to append an encoded event to a full log, and to find the place of a
 * client that comes back.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LogBenchmark {

	private static final int SMALL = 1024;

	private static final int LARGE = 65_536;

	private final Filled small = new Filled(SMALL);

	private final Filled large = new Filled(LARGE);

	/**
	 * Appends to a log of 1,024 events.
	 */
	@Benchmark
	public void appendToSmall() {
		this.small.log.append(this.small.generated);
	}

	/**
	 * Appends to a log of 65,536 events.
	 */
	@Benchmark
	public void appendToLarge() {
		this.large.log.append(this.large.generated);
	}

	/**
	 * Finds an id that the log has given, among 1,024 events.
	 * @return the place
	 */
	@Benchmark
	public Object findInSmall() {
		return this.small.still.find(this.small.generatedId, 0);
	}

	/**
	 * Finds an id that the log has given, among 65,536 events.
	 * @return the place
	 */
	@Benchmark
	public Object findInLarge() {
		return this.large.still.find(this.large.generatedId, 0);
	}

	/**
	 * Finds an id of the publisher's, among 1,024 events.
	 * @return the place
	 */
	@Benchmark
	public Object findOwnInSmall() {
		return this.small.still.find(this.small.ownId, 0);
	}

	/**
	 * Finds an id of the publisher's, among 65,536 events.
	 * @return the place
	 */
	@Benchmark
	public Object findOwnInLarge() {
		return this.large.still.find(this.large.ownId, 0);
	}

	/**
	 * Two full logs, one to append to, and one in which every other event has an id of
	 * its own.
	 */
	private static final class Filled {

		private final FrameEncoder encoder = new FrameEncoder(String::valueOf, 1024 * 1024);

		private final EncodedEvent generated = this.encoder.encode(Event.of("x".repeat(100)));

		private final EventLog log;

		private final StartPositions still;

		private final String generatedId;

		private final String ownId;

		Filled(int capacity) {
			this.log = new EventLog(capacity, Long.MAX_VALUE, false, false, System::nanoTime);
			EventLog still = new EventLog(capacity, Long.MAX_VALUE, false, false, System::nanoTime);
			for (int i = 0; i < capacity; i += 2) {
				this.log.append(this.generated);
				this.log.append(this.generated);
				still.append(this.generated);
				still.append(this.encoder.encode(Event.builder().id("order-" + i).data("x".repeat(100)).build()));
			}
			this.still = new StartPositions(still);
			this.generatedId = LogId.ofEvent(still.epoch(), capacity / 2);
			this.ownId = "order-" + capacity / 2;
		}

	}

}
