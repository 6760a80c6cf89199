package io.eventsource.engine.delivery;

/**
 * For how long the publisher of a stream has waited for one client: see
 * {@link Contention}. Belongs to the worker of the client.
 */
final class WaitAccount {

	private final Contention contention;

	private long heldBefore;

	private long observedBefore;

	private long position;

	private long bytes;

	private long used;

	private long usedInAll;

	/** For how long the client has taken nothing. */
	private long stalled;

	private boolean spent;

	/**
	 * Opens the account of a client.
	 * @param position what the client needs first
	 */
	WaitAccount(Contention contention, long position) {
		this.contention = contention;
		this.position = position;
		Contention.Look current = this.contention.look();
		this.heldBefore = current.held();
		this.observedBefore = current.observed();
	}

	/**
	 * Counts the time since the last call.
	 * @param blocked whether the connection of the client is full
	 * @param position what the client needs next
	 * @param bytes how many bytes it has taken in all
	 * @param window how many events the log has
	 */
	void settle(boolean blocked, long position, long bytes, long window) {
		Contention.Look current = this.contention.look();
		long contended = current.held() - this.heldBefore;
		long passed = current.observed() - this.observedBefore;
		this.heldBefore += contended;
		this.observedBefore += passed;
		long charge = blocked ? contended - (passed - contended) : -passed;
		long used = this.used + charge;
		if (used > 0 && current.refunding()) {
			used -= refund(position - this.position, window);
		}
		this.used = Math.max(0, used);
		this.usedInAll = Math.max(0, this.usedInAll + charge);
		this.stalled = (blocked && bytes == this.bytes) ? this.stalled + passed : 0;
		this.spent |= this.used > Contention.GRACE || this.usedInAll > Contention.TOTAL
				|| (isStalled() && current.anyComplete());
		this.position = position;
		this.bytes = bytes;
	}

	private static long refund(long events, long window) {
		if (events <= 0) {
			return 0;
		}
		return (events >= window) ? Contention.GRACE : events * Contention.GRACE / window;
	}

	/**
	 * Gives the client all its time back, since it has everything.
	 */
	void clear() {
		this.used = 0;
		this.usedInAll = 0;
		this.stalled = 0;
		this.spent = false;
	}

	/**
	 * Whether the client has had its time, so that the publisher does not wait for it any
	 * more.
	 */
	boolean isSpent() {
		return this.spent;
	}

	/**
	 * Whether the client has taken nothing for so long that it may be dead.
	 */
	boolean isStalled() {
		return this.stalled > Contention.ABSENCE;
	}

}
