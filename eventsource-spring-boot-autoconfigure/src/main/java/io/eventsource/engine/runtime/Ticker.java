package io.eventsource.engine.runtime;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The actions that a worker runs ten times a second, such as looking for heartbeats and
 * deadlines that are due. Any thread may add and remove actions; only the worker runs
 * them.
 */
final class Ticker {

	/** The resolution of heartbeats and deadlines. */
	private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

	/** How often those actions are run that need not be run on every tick. */
	static final long SLOW_PERIOD = TimeUnit.SECONDS.toNanos(1);

	private final Set<Runnable> actions = ConcurrentHashMap.newKeySet();

	private final Set<Runnable> slow = ConcurrentHashMap.newKeySet();

	private final LongSupplier clock;

	private long next = System.nanoTime() + PERIOD;

	private long slowSince;

	/**
	 * Creates a ticker without actions.
	 * @param clock the clock of the dispatcher, by which the slow actions become due
	 */
	Ticker(LongSupplier clock) {
		this.clock = clock;
		this.slowSince = clock.getAsLong();
	}

	synchronized void add(Runnable action) {
		this.actions.add(action);
		this.slow.remove(action);
	}

	/**
	 * Adds an action that need not be run on every tick.
	 */
	synchronized void addSlow(Runnable action) {
		this.slow.add(action);
		this.actions.remove(action);
	}

	synchronized void remove(Runnable action) {
		this.actions.remove(action);
		this.slow.remove(action);
	}

	/**
	 * The time until the next tick, in nanoseconds; negative if it is overdue.
	 */
	long timeLeft() {
		return this.next - System.nanoTime();
	}

	/**
	 * Runs all actions, whether a tick is due or not, and the slow ones in their time.
	 * @param runner runs one action
	 */
	void tick(Consumer<Runnable> runner) {
		this.actions.forEach(runner);
		long now = this.clock.getAsLong();
		if (now - this.slowSince >= SLOW_PERIOD) {
			this.slowSince = now;
			this.slow.forEach(runner);
		}
		this.next = System.nanoTime() + PERIOD;
	}

}
