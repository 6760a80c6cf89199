package io.eventsource.web;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the workers all the time, and knows for how long one of them has waited inside
 * a response without a break. Only waiting counts, not computing, so that a busy machine
 * changes nothing.
 */
final class WorkerWatch implements AutoCloseable {

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final Map<Thread, Long> waiting = new HashMap<>();

	private long longest;

	private String where = "";

	private int looks;

	WorkerWatch() {
		this.timer.scheduleWithFixedDelay(this::look, 0, 5, TimeUnit.MILLISECONDS);
	}

	private synchronized void look() {
		this.looks++;
		for (Map.Entry<Thread, StackTraceElement[]> entry : Thread.getAllStackTraces().entrySet()) {
			Thread thread = entry.getKey();
			if (isWaiting(thread, entry.getValue())) {
				long now = System.nanoTime();
				long time = now - this.waiting.computeIfAbsent(thread, (key) -> now);
				if (time > this.longest) {
					this.longest = time;
					this.where = Arrays.toString(entry.getValue());
				}
			}
			else {
				this.waiting.remove(thread);
			}
		}
	}

	private static boolean isWaiting(Thread thread, StackTraceElement[] stack) {
		return thread.getName().startsWith("eventsource-dispatch-") && thread.getState() != Thread.State.RUNNABLE
				&& Arrays.stream(stack).anyMatch((frame) -> frame.getClassName().startsWith("io.eventsource.web."));
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

}
