package io.eventsource.engine.runtime;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The actions that a worker runs ten times a second, such as looking for heartbeats and
 * deadlines that are due. Any thread may add and remove actions; only the worker runs
 * them.
 */
final class Ticker {

	/** The resolution of heartbeats and deadlines. */
	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

	private final Set<Runnable> actions = ConcurrentHashMap.newKeySet();

	private long next = System.nanoTime() + PERIOD;

	void add(Runnable action) {
		this.actions.add(action);
	}

	void remove(Runnable action) {
		this.actions.remove(action);
	}

	/**
	 * The time until the next tick, in nanoseconds; negative if it is overdue.
	 */
	long timeLeft() {
		return this.next - System.nanoTime();
	}

	/**
	 * Runs all actions, whether a tick is due or not.
	 * @param runner runs one action
	 */
	void tick(Consumer<Runnable> runner) {
		this.actions.forEach(runner);
		this.next = System.nanoTime() + PERIOD;
	}

}
