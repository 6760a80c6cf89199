package io.eventsource.sample;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.time.Duration;

/**
 * How the application is doing.
 *
 * @param uptime the time since the start of the JVM, in whole seconds
 * @param heap the memory on the heap
 * @param threads the number of live threads
 * @param load the load of the machine in the last minute; negative if it is not known
 */
record Status(Duration uptime, Heap heap, int threads, double load) {

	static Status now() {
		Duration uptime = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
		MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
		int threads = ManagementFactory.getThreadMXBean().getThreadCount();
		double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
		return new Status(Duration.ofSeconds(uptime.toSeconds()), new Heap(heap.getUsed(), heap.getMax()), threads,
				Math.round(load * 100) / 100.0);
	}

	/**
	 * Memory in bytes.
	 *
	 * @param used what is in use
	 * @param max what may be used at most
	 */
	record Heap(long used, long max) {

	}

}
