package io.eventsource.engine.runtime;

import java.util.function.LongSupplier;

/**
 * A clock that never fails: if the clock that it wraps does, time continues with that of
 * the system.
 */
final class SafeClock implements LongSupplier {

	private final LongSupplier clock;

	/** How far the wrapped clock is ahead of that of the system. */
	private volatile long ahead;

	SafeClock(LongSupplier clock) {
		this.clock = clock;
	}

	@Override
	public long getAsLong() {
		try {
			long now = this.clock.getAsLong();
			this.ahead = now - System.nanoTime();
			return now;
		}
		catch (Throwable ex) {
			return System.nanoTime() + this.ahead;
		}
	}

}
