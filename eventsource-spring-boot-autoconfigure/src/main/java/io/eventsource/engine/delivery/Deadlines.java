package io.eventsource.engine.delivery;

import java.time.Duration;
import java.util.function.Consumer;

import io.eventsource.CloseReason;
import io.eventsource.ConnectionSettings;
import io.eventsource.engine.runtime.Call;
import io.eventsource.engine.runtime.PublisherStart;

/**
 * What is due by the clock for one connection. Belongs to its worker.
 */
final class Deadlines {

	private final Delivery delivery;

	private final SinkCall call;

	private final Readiness readiness;

	private final Output output;

	private final ClientReader reader;

	private final Departure departure;

	Deadlines(Delivery delivery, Transport transport, ClientReader reader, Departure departure) {
		this.delivery = delivery;
		this.call = transport.call();
		this.readiness = transport.readiness();
		this.output = transport.output();
		this.reader = reader;
		this.departure = departure;
	}

	/**
	 * Ends the connection as a shutdown does, as soon as its worker looks. Any thread.
	 */
	void sendAway() {
		this.departure.sendAway();
	}

	/**
	 * Sends the client away at a time.
	 */
	void departAt(long time) {
		this.departure.at(CloseReason.SHUTDOWN, time);
	}

	/**
	 * Begins the departure of the client once its time has come.
	 * @return whether it has come just now
	 */
	boolean beginDeparture(long now) {
		return this.departure.beginIfDue(now);
	}

	/**
	 * Ends the connection of a client that has taken nothing for too long.
	 * @param close ends the connection
	 * @return whether a heartbeat is due if there is nothing else to be written
	 */
	boolean check(long now, Consumer<CloseReason> close) {
		if (hasExpired()) {
			// Not for as long as the client cares to take what is left
			close.accept(CloseReason.EXPIRED);
		}
		else if (isAwaitingPublisher(now)) {
			this.readiness.restart(now);
		}
		else if (this.readiness.isNeverReady(now)) {
			neverReady(close);
		}
		else if (this.readiness.isBlocked()) {
			closeIfOverdue(now, close);
		}
		else {
			return isHeartbeatDue(now);
		}
		return false;
	}

	/**
	 * When something is due for a client that has everything, at the earliest.
	 * @return the time; {@link Long#MAX_VALUE} for never
	 */
	long restUntil(long now) {
		PublisherStart start = this.delivery.outcome().publisherStart();
		if (!this.readiness.isOpen() || this.departure.isLeaving() || (start != null && start.isPending())) {
			return now;
		}
		Duration interval = settings().heartbeat().interval();
		long heartbeat = interval.isZero() ? Long.MAX_VALUE : this.output.lastWrite() + interval.toNanos();
		return this.departure.earlier(heartbeat);
	}

	private boolean hasExpired() {
		return this.departure.isLeaving() && this.departure.reason() == CloseReason.EXPIRED
				&& !this.readiness.isSignalled();
	}

	/**
	 * Whether the response waits for the publisher. If it has done so for long enough, it
	 * begins without an event.
	 */
	private boolean isAwaitingPublisher(long now) {
		PublisherStart start = this.delivery.outcome().publisherStart();
		if (start == null || !start.isPending()) {
			return false;
		}
		if (start.isOverdue(now)) {
			// The headers
			this.output.flushLater();
			Call before = this.call.enter();
			try {
				start.give();
			}
			finally {
				this.call.exit(before);
			}
		}
		return true;
	}

	private void neverReady(Consumer<CloseReason> close) {
		try {
			this.call.neverReady();
		}
		catch (Throwable ex) {
			close.accept(this.call.broken(ex));
		}
	}

	private void closeIfOverdue(long now, Consumer<CloseReason> close) {
		long blocked = this.readiness.blockedFor(now);
		if (blocked >= settings().writeTimeout().toNanos()) {
			close.accept(CloseReason.WRITE_TIMEOUT);
		}
		else if (this.reader.isOverrun() || (blocked >= HistoryTurns.PATIENCE && this.reader.holdsUpHistories())) {
			close.accept(CloseReason.OVERFLOW);
		}
	}

	private boolean isHeartbeatDue(long now) {
		Duration interval = settings().heartbeat().interval();
		return !interval.isZero() && now - this.output.lastWrite() >= interval.toNanos();
	}

	private ConnectionSettings settings() {
		return this.delivery.settings().connection();
	}

}
