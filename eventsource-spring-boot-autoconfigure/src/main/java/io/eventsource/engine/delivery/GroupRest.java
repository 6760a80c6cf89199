package io.eventsource.engine.delivery;

import io.eventsource.engine.runtime.Worker;

/**
 * Whether the clock has nothing for the clients of a group to do for a while, since all
 * of them have everything. Such a group is looked at more seldom, so that topics whose
 * clients wait cost hardly any time. Belongs to the worker.
 */
final class GroupRest {

	private final ClientList clients;

	private final Worker worker;

	private final Runnable ticker;

	private boolean slow;

	/** When something is due, if the group rests; {@link Long#MIN_VALUE} if not. */
	private long until = Long.MIN_VALUE;

	/**
	 * Begins awake.
	 * @param clients the clients of the group
	 * @param ticker what the worker runs on every tick, unless the group rests
	 */
	GroupRest(ClientList clients, Worker worker, Runnable ticker) {
		this.clients = clients;
		this.worker = worker;
		this.ticker = ticker;
	}

	/**
	 * What the worker runs on ticks.
	 */
	Runnable ticker() {
		return this.ticker;
	}

	/**
	 * Whether there is nothing to do yet.
	 */
	boolean lasts(long now) {
		return this.until != Long.MIN_VALUE && isDistant(this.until, now);
	}

	/** Whether the group will be looked at again in time. */
	private static boolean isDistant(long time, long now) {
		return time == Long.MAX_VALUE || time - now > 2 * Worker.SLOW_TICK;
	}

	/**
	 * Interrupts the rest for a pass.
	 * @return whether the group has rested
	 */
	boolean interrupt() {
		boolean rested = this.until != Long.MIN_VALUE;
		this.until = Long.MIN_VALUE;
		return rested;
	}

	/**
	 * Rests if there is nothing to do for a while.
	 * @return whether the group rests now
	 */
	boolean begin(long now) {
		long time = due(now);
		if (!isDistant(time, now)) {
			end();
			return false;
		}
		this.until = time;
		if (!this.slow) {
			this.slow = true;
			this.worker.tickSlowly(this.ticker);
		}
		return true;
	}

	/**
	 * Has the clients looked at on every tick again.
	 */
	void end() {
		this.until = Long.MIN_VALUE;
		if (this.slow) {
			this.slow = false;
			this.worker.startTicking(this.ticker);
		}
	}

	private long due(long now) {
		long earliest = Long.MAX_VALUE;
		for (ClientCursor cursor : this.clients.cursors()) {
			long due = cursor.restsUntil(now);
			earliest = (earliest == Long.MAX_VALUE || due - earliest < 0) ? due : earliest;
			if (!isDistant(earliest, now)) {
				break;
			}
		}
		return earliest;
	}

}
