package io.eventsource.engine.delivery;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import io.eventsource.Callee;
import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.EventConnection;
import io.eventsource.StreamSettings;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.Call;
import io.eventsource.engine.runtime.PublisherStart;
import org.jspecify.annotations.Nullable;

/**
 * One connection: writes what its client gets next, as fast as the sink takes it.
 *
 * <pre>
 *  OPENING ---> REPLAYING ---> LIVE      what comes next: {@link ClientReader}
 *     |             |           |
 *     +-------------+-----------+--> LEAVING      when its time has come: {@link Departure}
 *     |             |           |       |
 *     +-------------+-----------+-------+--> CLOSED      {@link #close} by anybody, {@link #complete} by the worker
 * </pre>
 *
 * <ul>
 * <li>OPENING: the client has its place, and nothing of the log was taken for it
 * yet.</li>
 * <li>REPLAYING: it is given a history of what has left the log, and then goes on in the
 * log.</li>
 * <li>LIVE: it follows the log.</li>
 * <li>LEAVING: it gets the rest of what it was begun with, its position, and a
 * reconnection time.</li>
 * <li>CLOSED: it gets nothing more, and its response is ended in the next pass.</li>
 * </ul>
 * All but {@link #writable()}, {@link #close}, {@link #sendAway()} and
 * {@link #whenReleased} belongs to the worker of the connection.
 */
final class ClientCursor implements EventConnection {

	private static final AtomicReferenceFieldUpdater<ClientCursor, @Nullable CloseReason> CLOSING = AtomicReferenceFieldUpdater
		.newUpdater(ClientCursor.class, CloseReason.class, "closing");

	private final Delivery delivery;

	private final WorkerShare share;

	private final SinkCall call;

	private final Readiness readiness;

	private final Output output;

	private final ClientReader reader;

	private final Departure departure;

	/** How long the publisher has waited for the client. */
	private final Contention.Account account;

	private final @Nullable String openingId;

	private volatile @Nullable CloseReason closing;

	/**
	 * Makes the connection of a client that has just been given its place.
	 */
	ClientCursor(Recipient recipient, Delivery delivery, WorkerShare share, Contention.Share contention,
			Beginning beginning, long now) {
		this.delivery = delivery;
		this.share = share;
		EventClient client = recipient.client();
		this.call = new SinkCall(recipient, delivery.context().supervisor(), this::closing,
				() -> close(CloseReason.WRITE_TIMEOUT));
		this.readiness = new Readiness(recipient.sink(), now);
		this.output = new Output(recipient.sink(), new KeptSlices(delivery.log().stragglers(), this), now);
		ClientFilter filter = delivery.visibility()
			.filterFor(client, recipient.keepsPositions(), () -> close(CloseReason.FAILED));
		this.reader = new ClientReader(delivery, recipient, filter, share, this.output, beginning);
		this.account = contention.open(beginning.position());
		this.openingId = recipient.keepsPositions() ? delivery.openingId(client, beginning) : null;
		Duration left = Departure.left(client);
		this.departure = new Departure(delivery.settings(), left, now);
		if (left != null && (left.isZero() || left.isNegative())) {
			this.closing = CloseReason.EXPIRED;
		}
	}

	EventClient client() {
		return this.call.client();
	}

	@Override
	public void writable() {
		this.readiness.signal();
		this.share.signal();
	}

	@Override
	public void close(CloseReason reason) {
		if (CLOSING.compareAndSet(this, null, reason)) {
			this.share.signal();
		}
	}

	@Override
	public void sendAway() {
		this.departure.sendAway();
		this.share.signal();
	}

	@Override
	public @Nullable String openingId() {
		return this.openingId;
	}

	@Override
	public void whenReleased(Runnable action) {
		if (this.delivery.context().personal()) {
			this.delivery.context().calls().whenDone(action);
		}
		else {
			action.run();
		}
	}

	/**
	 * Why the connection is to end, or {@code null} while it is not. Any thread.
	 */
	@Nullable CloseReason closing() {
		return this.closing;
	}

	/**
	 * Describes the connection.
	 */
	ClientSnapshot snapshot() {
		return new ClientSnapshot(client(), log().tail() - position(), this.output.bytes(), this.readiness.isBlocked());
	}

	/**
	 * The position of the next event that the client gets.
	 */
	long position() {
		return this.reader.place().position();
	}

	private EventLog log() {
		return this.delivery.log();
	}

	/**
	 * Sends the client away at a time, with a reconnection time of its own.
	 */
	void departAt(long time) {
		this.departure.at(CloseReason.SHUTDOWN, time);
	}

	/**
	 * Makes ready what is to be found out before the client gets something. Called once.
	 */
	void prepare() {
		this.reader.prepare();
	}

	/**
	 * Ends the response. Called once. Throws nothing.
	 */
	void complete() {
		this.output.discard();
		keep();
		try {
			this.reader.cancel();
		}
		catch (Throwable ex) {
			this.call.failed(Callee.HISTORY, "The history of %s could not be closed", ex);
		}
		this.call.complete();
	}

	/**
	 * Writes what the sink takes without blocking, a slice at most, and counts what is
	 * left of it.
	 * @return whether there is more that the sink may take at once
	 */
	boolean drain(long now) {
		boolean more = drainSlice(now);
		keep();
		return more;
	}

	private void keep() {
		try {
			this.output.keep();
		}
		catch (Throwable ex) {
			this.call.failed(Callee.ENGINE, "%s could not be served", ex);
			close(CloseReason.FAILED);
		}
	}

	private boolean drainSlice(long now) {
		if (!this.readiness.isSignalled() || this.closing != null) {
			return false;
		}
		this.readiness.open();
		this.departure.beginIfDue(now);
		if (!hasWork(log().tail())) {
			this.readiness.idle();
			return false;
		}
		Call before = this.call.enter();
		try {
			return isReady(now) && writeNext(now);
		}
		catch (Throwable ex) {
			broken(ex);
			return false;
		}
		finally {
			this.call.exit(before);
		}
	}

	private boolean hasWork(long tail) {
		return this.departure.isLeaving() || this.reader.hasWork(tail);
	}

	private boolean isReady(long now) {
		boolean ready = this.readiness.ask(now);
		if (!ready) {
			this.reader.place().lag();
		}
		return ready;
	}

	private boolean writeNext(long now) throws IOException {
		CloseReason end = this.departure.isLeaving() ? this.reader.readLast(this.departure.reason())
				: this.reader.read();
		if (end != null) {
			close(end);
		}
		if (this.closing != null) {
			// Perhaps by a filter, just now
			return false;
		}
		if (this.output.advance()) {
			this.share.counts().sent(this.output.write(now));
			Slice written = this.output.takeWritten();
			if (written != null) {
				this.reader.sent(written);
			}
			if (!isReady(now)) {
				return false;
			}
		}
		this.output.flush();
		// What has come meanwhile was announced, and will be sent when its time has come
		boolean more = hasWork(this.share.tail());
		if (!more) {
			this.account.clear();
			this.reader.place().caughtUp();
		}
		return more && this.closing == null;
	}

	/**
	 * Ends a connection that has failed. Most of what a sink throws says no more than
	 * that the client has gone.
	 */
	private void broken(Throwable failure) {
		if (failure instanceof IOException || failure instanceof IllegalStateException) {
			this.delivery.context().supervisor().debug(() -> client() + " is gone: " + failure);
		}
		else {
			this.call.failed(Callee.SINK, "%s could not be served", failure);
		}
		close((failure instanceof Exception) ? CloseReason.DISCONNECTED : CloseReason.FAILED);
	}

	/**
	 * Looks at the clock: the heartbeat of an idle client, the deadline of a blocked one.
	 */
	void tick(long now) {
		try {
			look(now, this.delivery.settings());
		}
		catch (Throwable ex) {
			this.call.failed(Callee.ENGINE, "%s could not be served", ex);
			close(CloseReason.FAILED);
		}
	}

	private void look(long now, StreamSettings settings) {
		if (this.closing != null) {
			return;
		}
		if (this.departure.beginIfDue(now)) {
			this.share.signal();
		}
		if (hasExpired()) {
			// Not for as long as the client cares to take what is left
			close(CloseReason.EXPIRED);
		}
		else if (isAwaitingPublisher(now)) {
			this.readiness.restart(now);
		}
		else if (this.readiness.isNeverReady(now)) {
			neverReady();
		}
		else if (this.readiness.isBlocked()) {
			closeIfOverdue(now, settings);
		}
		else if (isHeartbeatDue(now, settings)) {
			this.reader.readHeartbeat();
			this.output.beat(now);
			drain(now);
		}
	}

	private boolean hasExpired() {
		return this.departure.isLeaving() && this.departure.reason() == CloseReason.EXPIRED
				&& !this.readiness.isSignalled();
	}

	private void closeIfOverdue(long now, StreamSettings settings) {
		long blocked = this.readiness.blockedFor(now);
		if (blocked >= settings.connection().writeTimeout().toNanos()) {
			close(CloseReason.WRITE_TIMEOUT);
		}
		else if (this.reader.isOverrun() || (blocked >= HistoryTurns.PATIENCE && this.reader.holdsUpHistories())) {
			close(CloseReason.OVERFLOW);
		}
	}

	private boolean isHeartbeatDue(long now, StreamSettings settings) {
		return !settings.connection().heartbeat().isZero()
				&& now - this.output.lastWrite() >= settings.connection().heartbeat().toNanos()
				&& !hasWork(log().tail());
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

	private void neverReady() {
		try {
			this.call.neverReady();
		}
		catch (Throwable ex) {
			broken(ex);
		}
	}

	/**
	 * Counts the time that the client has had.
	 */
	void settle() {
		this.account.settle(this.readiness.isBlocked(), this.reader.place().needed(), this.output.bytes(),
				Math.max(1, log().tail() - log().head()));
		if (hasEverything()) {
			this.account.clear();
		}
	}

	/**
	 * Whether the client reads, as far as can be seen.
	 */
	boolean isReading() {
		return this.closing == null && !this.reader.isAbsent() && !this.account.isSpent() && !this.account.isStalled();
	}

	/**
	 * Whether the client was sent all that there is.
	 */
	boolean hasEverything() {
		return !this.readiness.isBlocked() && this.reader.hasEverything();
	}

	/**
	 * From where on the log is needed by this client, as far as the publisher should wait
	 * for it: see {@link Contention}.
	 * @return the position, or {@link Long#MAX_VALUE} if nobody should wait
	 */
	long demandPosition() {
		boolean spent = this.account.isSpent() && !this.delivery.waitsForEverybody();
		return (spent || this.reader.isAbsent() || this.closing != null) ? Long.MAX_VALUE
				: this.reader.place().needed();
	}

}
