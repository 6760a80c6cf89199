package io.eventsource.engine.runtime;

import java.util.function.LongSupplier;

/**
 * A clock that does not fail: where another one does, time goes on by that of the system.
 */
final class SafeClock implements LongSupplier {

	private final LongSupplier clock;

	/** By how much the other clock is ahead of that of the system. */
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
