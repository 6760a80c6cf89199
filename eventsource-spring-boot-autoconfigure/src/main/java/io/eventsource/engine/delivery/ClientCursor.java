package io.eventsource.engine.delivery;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import io.eventsource.Callee;
import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
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
final class ClientCursor implements ClosableConnection {

	private static final AtomicReferenceFieldUpdater<ClientCursor, @Nullable CloseReason> CLOSING = AtomicReferenceFieldUpdater
		.newUpdater(ClientCursor.class, CloseReason.class, "closing");

	private final WorkerShare share;

	private final SinkCall call;

	private final Readiness readiness;

	private final Output output;

	private final ClientReader reader;

	private final Deadlines deadlines;

	private final SliceWriter writer;

	private final ClientPace pace;

	private final @Nullable String openingId;

	private volatile @Nullable CloseReason closing;

	/**
	 * Makes the connection of a client that has just been given its place.
	 */
	ClientCursor(Recipient recipient, Delivery delivery, WorkerShare share, Beginning beginning, long now) {
		this.share = share;
		EventClient client = recipient.client();
		this.call = new SinkCall(recipient, delivery.context(), this::closing, () -> close(CloseReason.WRITE_TIMEOUT));
		this.readiness = new Readiness(recipient.sink(), now);
		this.output = new Output(recipient.sink(), new KeptSlices(delivery.log().memory().stragglers(), this), now);
		ClientFilter filter = delivery.visibility()
			.filterFor(client, recipient.keepsPositions(), () -> close(CloseReason.FAILED));
		this.reader = new ClientReader(delivery, recipient, filter, share, this.output, beginning);
		Transport transport = new Transport(this.call, this.readiness, this.output);
		this.pace = new ClientPace(delivery, transport, this.reader, share.contention().open(beginning.position()));
		this.openingId = recipient.keepsPositions() ? delivery.openingId(client, beginning) : null;
		Duration left = Departure.left(client);
		Departure departure = new Departure(delivery.settings(), left, now);
		this.deadlines = new Deadlines(delivery, transport, this.reader, departure);
		this.writer = new SliceWriter(this, share, transport, this.reader, departure, this.pace);
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
		this.deadlines.sendAway();
		this.share.signal();
	}

	@Override
	public @Nullable String openingId() {
		return this.openingId;
	}

	@Override
	public void whenReleased(Runnable action) {
		this.call.whenReleased(action);
	}

	@Override
	public boolean isClosing() {
		return this.closing != null;
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
		return new ClientSnapshot(client(), this.pace.lag(), this.output.bytes(), this.readiness.isBlocked());
	}

	/**
	 * The position of the next event that the client gets.
	 */
	long position() {
		return this.reader.place().position();
	}

	/**
	 * Whether and how long the publisher waits for the client.
	 */
	ClientPace pace() {
		return this.pace;
	}

	/**
	 * Sends the client away at a time, with a reconnection time of its own.
	 */
	void departAt(long time) {
		this.deadlines.departAt(time);
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
		boolean more = this.writer.write(now);
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

	/**
	 * Looks at the clock: the heartbeat of an idle client, the deadline of a blocked one.
	 */
	void tick(long now) {
		try {
			look(now);
		}
		catch (Throwable ex) {
			this.call.failed(Callee.ENGINE, "%s could not be served", ex);
			close(CloseReason.FAILED);
		}
	}

	/**
	 * When the clock has something to do for the client; {@link Long#MAX_VALUE} if never.
	 */
	long restsUntil(long now) {
		boolean resting = !isClosing() && this.pace.hasEverything();
		return resting ? this.deadlines.restUntil(now) : now;
	}

	private void look(long now) {
		if (isClosing()) {
			return;
		}
		if (this.deadlines.beginDeparture(now)) {
			this.share.signal();
		}
		if (this.deadlines.check(now, this::close) && !this.writer.hasWork(this.reader.tail())) {
			this.reader.readHeartbeat();
			this.output.beat(now);
			drain(now);
		}
	}

}
