package io.eventsource.engine.log;

import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
import tools.jackson.databind.json.JsonMapper;

/**
 * What it costs to write an event, which is done once for all clients.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class EncodingBenchmark {

	private final FrameEncoder encoder = new FrameEncoder(new JsonMapper()::writeValueAsString, 1024 * 1024);

	private final Event text = Event.of("x".repeat(100));

	private final Event json = Event.of("price", new Price("XETR:SAP", 244.35, 1_795_312_800_000L));

	private final Event lines = Event
		.of(IntStream.range(0, 50).mapToObj((line) -> "line " + line).collect(Collectors.joining("\n")));

	/**
	 * A hundred characters of text.
	 * @return the block
	 */
	@Benchmark
	public Object text() {
		return this.encoder.encode(this.text);
	}

	/**
	 * A small object, by the mapper that an application has by default.
	 * @return the block
	 */
	@Benchmark
	public Object json() {
		return this.encoder.encode(this.json);
	}

	/**
	 * Fifty short lines.
	 * @return the block
	 */
	@Benchmark
	public Object lines() {
		return this.encoder.encode(this.lines);
	}

	record Price(String symbol, double price, long time) {

	}

}
