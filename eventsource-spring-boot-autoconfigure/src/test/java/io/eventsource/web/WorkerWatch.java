package io.eventsource.web;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the workers all the time, and knows for how long one of them has waited inside
 * a response without a break. Only waiting counts, not computing, and only as long as it
 * is the same wait, so that a busy machine changes nothing.
 */
final class WorkerWatch implements AutoCloseable {

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	private final Map<Wait, Long> waits = new HashMap<>();

	private long longest;

	private String where = "";

	private int looks;

	WorkerWatch() {
		this.timer.scheduleWithFixedDelay(this::look, 0, 5, TimeUnit.MILLISECONDS);
	}

	private synchronized void look() {
		this.looks++;
		Map<Wait, Long> before = Map.copyOf(this.waits);
		this.waits.clear();
		// State and stack of the same moment
		for (ThreadInfo thread : this.threads.dumpAllThreads(false, false)) {
			if (isWaiting(thread)) {
				Wait wait = new Wait(thread.getThreadId(), thread.getWaitedCount(), thread.getBlockedCount());
				long now = System.nanoTime();
				long begun = before.getOrDefault(wait, now);
				this.waits.put(wait, begun);
				if (now - begun > this.longest) {
					this.longest = now - begun;
					this.where = Arrays.toString(thread.getStackTrace());
				}
			}
		}
	}

	private static boolean isWaiting(ThreadInfo thread) {
		return thread.getThreadName().startsWith("eventsource-dispatch-")
				&& thread.getThreadState() != Thread.State.RUNNABLE && Arrays.stream(thread.getStackTrace())
					.anyMatch((frame) -> frame.getClassName().startsWith("io.eventsource.web."));
	}

	/**
	 * How long a worker has waited without a break, at most.
	 */
	synchronized long longestMillis() {
		if (this.looks < 10) {
			throw new IllegalStateException("Nobody has looked");
		}
		return TimeUnit.NANOSECONDS.toMillis(this.longest);
	}

	/**
	 * Where that was.
	 */
	synchronized String where() {
		return this.where;
	}

	@Override
	public void close() {
		this.timer.shutdownNow();
	}

	/**
	 * A wait of a thread, which has waited and been blocked so many times.
	 */
	private record Wait(long thread, long waits, long blocks) {

	}

}
