package io.eventsource.benchmarks.server;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What a server can be told to do.
 */
final class Commands {

	private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

	private final StreamServer server;

	private long sequence;

	/** The number of the next event of each topic. */
	private final Map<Integer, Long> sequences = new HashMap<>();

	Commands(StreamServer server) {
		this.server = server;
	}

	/**
	 * Runs a command: {@code publish events bytes rate},
	 * {@code topics events bytes rate count distribution}, {@code clients}, {@code heap}
	 * or {@code classes prefix}.
	 * @return the answer
	 */
	String run(String... words) throws Exception {
		return switch (words[0]) {
			case "publish" ->
				publish(Integer.parseInt(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
			case "topics" -> topics(Integer.parseInt(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]),
					words[5].equals("zipf") ? new Zipf(Integer.parseInt(words[4]))
							: new InTurn(Integer.parseInt(words[4])));
			case "clients" -> Integer.toString(this.server.clients());
			case "heap" -> Long.toString(heap());
			case "classes" -> Long.toString(classes(words[1]));
			default -> throw new IllegalArgumentException("There is no command " + words[0]);
		};
	}

	/**
	 * Publishes events, so many a second, or as fast as it goes if the rate is 0. The
	 * data starts with the number of the event and the time at which it was due.
	 */
	private String publish(int events, int bytes, int rate) throws Exception {
		return publish(events, bytes, rate, () -> this.sequence, (data) -> {
			this.server.publish(Long.toString(this.sequence), data);
			this.sequence++;
		});
	}

	/**
	 * Publishes events to topics, each of which counts its own.
	 */
	private String topics(int events, int bytes, int rate, IntSupplier topics) throws Exception {
		int[] topic = new int[1];
		return publish(events, bytes, rate, () -> {
			topic[0] = topics.getAsInt();
			return this.sequences.merge(topic[0], 1L, Long::sum);
		}, (data) -> this.server.publish(topic[0], data));
	}

	private static String publish(int events, int bytes, int rate, LongSupplier numbers, Publication publication)
			throws Exception {
		String padding = "x".repeat(bytes);
		long start = System.nanoTime();
		for (int i = 0; i < events; i++) {
			long due = (rate > 0) ? start + i * NANOS_PER_SECOND / rate : System.nanoTime();
			for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
				LockSupport.parkNanos(wait);
			}
			String data = numbers.getAsLong() + " " + due + " ";
			publication.publish(data + padding.substring(Math.min(bytes, data.length())));
		}
		return Long.toString(System.nanoTime() - start);
	}

	private static long heap() {
		long used = Long.MAX_VALUE;
		// References that are cleared by one collection free more in the next
		for (int i = 0; i < 3; i++) {
			System.gc();
			used = Math.min(used, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
		}
		return used;
	}

	/**
	 * How many bytes live objects of classes take whose names start so.
	 */
	private static long classes(String prefix) throws JMException {
		String histogram = (String) ManagementFactory.getPlatformMBeanServer()
			.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
					new Object[] { new String[0] }, new String[] { String[].class.getName() });
		// num: instances bytes class
		return histogram.lines()
			.map((line) -> line.trim().split("\\s+"))
			.filter((columns) -> columns.length >= 4 && columns[3].startsWith(prefix))
			.mapToLong((columns) -> Long.parseLong(columns[2]))
			.sum();
	}

	/**
	 * Hands an event over.
	 */
	private interface Publication {

		void publish(String data) throws Exception;

	}

}
