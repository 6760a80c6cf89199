package io.eventsource.engine.delivery;

import io.eventsource.engine.log.EventLog;

/**
 * Whether and how long the publisher waits for one client: see {@link Contention}.
 * Belongs to the worker of the client.
 */
final class ClientPace {

	private final Delivery delivery;

	private final Readiness readiness;

	private final Output output;

	private final ClientReader reader;

	/** How long the publisher has waited for the client. */
	private final WaitAccount account;

	ClientPace(Delivery delivery, Transport transport, ClientReader reader, WaitAccount account) {
		this.delivery = delivery;
		this.readiness = transport.readiness();
		this.output = transport.output();
		this.reader = reader;
		this.account = account;
	}

	/**
	 * How many events of the log the client has not been sent yet.
	 */
	long lag() {
		return this.delivery.log().tail() - this.reader.place().position();
	}

	/**
	 * Counts the time that the client has had.
	 */
	void settle() {
		EventLog log = this.delivery.log();
		this.account.settle(this.readiness.isBlocked(), this.reader.place().needed(), this.output.bytes(),
				Math.max(1, log.tail() - log.head()));
		if (hasEverything()) {
			clear();
		}
	}

	/**
	 * Gives the client all its time back, since it has everything.
	 */
	void clear() {
		this.account.clear();
	}

	/**
	 * Whether the client reads, as far as can be seen.
	 */
	boolean isReading() {
		return !this.reader.isAbsent() && !this.account.isSpent() && !this.account.isStalled();
	}

	/**
	 * Whether the client was sent all that there is.
	 */
	boolean hasEverything() {
		return !this.readiness.isBlocked() && this.reader.hasEverything();
	}

	/**
	 * From where on the log is needed by this client, as far as the publisher should wait
	 * for it.
	 * @return the position, or {@link Long#MAX_VALUE} if nobody should wait
	 */
	long demandPosition() {
		boolean spent = this.account.isSpent() && !this.delivery.waitsForEverybody();
		return (spent || this.reader.isAbsent()) ? Long.MAX_VALUE : this.reader.place().needed();
	}

}
