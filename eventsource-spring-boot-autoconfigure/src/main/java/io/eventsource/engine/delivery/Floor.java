package io.eventsource.engine.delivery;

/**
 * How far the clients of one stream are that one worker serves: the position that the
 * publisher is not to run away from, and that of the slowest. Read by any thread.
 */
public final class Floor {

	private volatile long demanded = Long.MAX_VALUE;

	private volatile long slowest = Long.MAX_VALUE;

	/**
	 * The position of the client furthest behind among those that the publisher should
	 * wait for; {@link Long#MAX_VALUE} if there is none.
	 */
	long demanded() {
		return this.demanded;
	}

	/**
	 * The position of the client furthest behind, whether it is waited for or not;
	 * {@link Long#MAX_VALUE} without clients.
	 */
	public long slowest() {
		return this.slowest;
	}

	/**
	 * Makes the publisher wait for what follows a position from now on, and not only from
	 * the end of the pass.
	 */
	synchronized void protect(long position) {
		this.demanded = Math.min(this.demanded, position);
	}

	/**
	 * Sets the position that the publisher waits for.
	 */
	synchronized void demand(long position) {
		this.demanded = position;
	}

	/**
	 * Sets the position of the slowest client. What the worker has written before can be
	 * seen by who reads this position.
	 */
	void slowest(long position) {
		this.slowest = position;
	}

}
