package io.eventsource;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import org.jspecify.annotations.Nullable;

/**
 * One connection: a position in the log, and the sink that what follows goes to. All but
 * {@link #writable()} and {@link #close} belongs to the worker of the connection.
 */
final class ClientCursor implements EventConnection, Call {

	private static final AtomicReferenceFieldUpdater<ClientCursor, @Nullable CloseReason> CLOSING = AtomicReferenceFieldUpdater
		.newUpdater(ClientCursor.class, CloseReason.class, "closing");

	private static final long OPENING = 5_000_000_000L;

	/** Longer than the clock can count. */
	private static final Duration DISTANT = Duration.ofDays(36_500);

	private final EventClient client;

	private final EventSink sink;

	private final ClientGroup group;

	private final EventStream stream;

	private final EventLog log;

	/** What the client may see; {@code null} for everything. */
	private final @Nullable ClientFilter filter;

	private final boolean keepsPositions;

	/** By which the client knows its place until it is sent an event. */
	private final @Nullable String openingId;

	private long position;

	/** What is to be written next, from {@link #offset} on. */
	private @Nullable Slice current;

	private int offset;

	/** What comes before the log, until all of it was taken. */
	private @Nullable HistoryReplay history;

	private boolean unflushed;

	/** Whether the sink was ready at least once, or was told that it never is. */
	private boolean opened;

	/** Whether the sink was not ready since the client last had everything. */
	private boolean lagging;

	/** Whether the client was sent the last block that it gets. */
	private boolean ended;

	/** Whether the client was moved to its place in the log, and sent nothing of it. */
	private boolean displaced;

	/** Since when the sink has not been ready; zero while it is. */
	private long blockedSince;

	/** How long the sink was not ready, in all, since the client last had everything. */
	private long blockedBefore;

	private long lastWrite;

	private long bytes;

	/** When the connection is to end, and why; zero for never. */
	private long departure;

	private CloseReason departing = CloseReason.LIFETIME;

	/** Whether the client gets nothing more but what it was begun with. */
	private boolean leaving;

	/** Whether a thread that was replaced is still in a call of the sink. */
	private boolean sinkStuck;

	private volatile boolean completing;

	private volatile boolean writable;

	private volatile @Nullable CloseReason closing;

	ClientCursor(EventClient client, EventSink sink, ClientGroup group, EventStream stream, EventLog.Start start,
			long tail, long now) {
		this.client = client;
		this.sink = sink;
		this.group = group;
		this.stream = stream;
		this.log = stream.log();
		this.filter = stream.filter(client, () -> close(CloseReason.FAILED));
		this.position = start.position();
		this.keepsPositions = sink.keepsPositions();
		this.openingId = this.keepsPositions ? Placement.opening(stream, client, start, tail) : null;
		this.blockedSince = now;
		this.lastWrite = now;
		long lifetime = stream.settings().maxLifetime().toNanos();
		if (lifetime > 0) {
			depart(CloseReason.LIFETIME, now + lifetime - ThreadLocalRandom.current().nextLong(lifetime / 5 + 1));
		}
		if (client.expires() != null) {
			expire(now, Duration.between(client.since(), client.expires()));
		}
	}

	private void expire(long now, Duration left) {
		if (left.compareTo(DISTANT) < 0) {
			long time = now + (left.isNegative() ? 0 : left.toNanos());
			if (this.departure == 0 || time - this.departure < 0) {
				depart(CloseReason.EXPIRED, time);
			}
		}
	}

	EventClient client() {
		return this.client;
	}

	@Override
	public void writable() {
		this.writable = true;
		this.group.signal();
	}

	@Override
	public void close(CloseReason reason) {
		if (CLOSING.compareAndSet(this, null, reason)) {
			this.group.signal();
		}
	}

	@Override
	public @Nullable String openingId() {
		return this.openingId;
	}

	/**
	 * Why the connection is to end, or {@code null} while it is not.
	 */
	@Nullable CloseReason closing() {
		return this.closing;
	}

	/**
	 * Describes the connection.
	 */
	ClientSnapshot snapshot() {
		return new ClientSnapshot(this.client, this.log.tail() - this.position, this.bytes,
				this.blockedSince != 0 && !this.writable);
	}

	/**
	 * The position of the next event that the client gets.
	 */
	long position() {
		return this.position;
	}

	/**
	 * Sends the client away at a time, with a reconnection time of its own.
	 */
	void departAt(long time) {
		depart(CloseReason.SHUTDOWN, time);
	}

	private void depart(CloseReason reason, long time) {
		this.departing = reason;
		this.departure = time;
	}

	/**
	 * Ends the response. Called once. Throws nothing.
	 */
	void complete() {
		try {
			if (this.history != null) {
				this.history.cancel();
			}
		}
		catch (Throwable ex) {
			supervise("The history of %s could not be closed", Callee.HISTORY, ex);
		}
		if (!this.sinkStuck) {
			completeSink();
		}
	}

	private void completeSink() {
		this.completing = true;
		Call before = WorkerThread.enter(this);
		try {
			CloseReason reason = this.closing;
			this.sink.complete((reason != null) ? reason : CloseReason.DISCONNECTED);
		}
		catch (Throwable ex) {
			supervise("The response of %s could not be ended", Callee.SINK, ex);
		}
		finally {
			WorkerThread.exit(this, before);
		}
	}

	private void supervise(String message, Callee callee, Throwable failure) {
		WorkerReplaced.check(failure);
		this.stream.supervisor().failed(callee, () -> String.format(message, this.client), failure);
	}

	@Override
	public Callee callee() {
		return Callee.SINK;
	}

	@Override
	public String subject() {
		return this.client.toString();
	}

	/**
	 * Closes the connection, and leaves the sink to the thread that stands still in it.
	 */
	@Override
	public void abandon() {
		this.sinkStuck = true;
		close(CloseReason.WRITE_TIMEOUT);
	}

	@Override
	public void returned() {
		if (!this.completing) {
			completeSink();
		}
	}

	/**
	 * Puts a history before the log.
	 */
	void replay(HistoryReplay history) {
		this.history = history;
		history.fetch();
	}

	/**
	 * Begins in the log, so many of the latest events ahead of its tail.
	 */
	void begin(EventLog.Start start, long tail) {
		String lastEventId = this.client.lastEventId();
		boolean fresh = start.gap() == null && start.position() < tail
				&& (lastEventId == null || LogId.isOpening(lastEventId));
		moveTo((this.filter != null && fresh && !this.log.hasEnded()) ? EventLog.Start
			.at(Math.min(start.position(), this.filter.latest(this.log, tail, this.stream.settings().initialReplay())))
				: start);
	}

	/**
	 * Goes on from a place in the log, after the client was told what it misses. How many
	 * events it would have seen of those that are gone is not known where some are
	 * hidden.
	 */
	private void moveTo(EventLog.Start start) {
		this.position = start.position();
		if (start.gap() != null) {
			this.displaced = true;
			Long missed = (this.filter != null) ? null : start.missed();
			enqueue(FrameEncoder.gap(this.stream.settings().gapEvent(), start.gap(), missed));
			if (start.gap() == GapCause.OVERFLOW && start.missed() != null) {
				this.group.skipped(start.missed());
			}
			this.stream.missed(this.client, start.gap(), missed);
		}
	}

	private void enqueue(byte[] block) {
		if (block.length > 0) {
			this.current = Slice.of(block, this.position);
		}
	}

	/**
	 * Writes what the sink takes without blocking, a slice at most.
	 * @return whether there is more that the sink may take at once
	 */
	boolean drain(long now) {
		if (!this.writable || this.closing != null) {
			return false;
		}
		this.opened = true;
		if (!hasWork(this.log.tail())) {
			this.blockedSince = 0;
			return false;
		}
		Call before = WorkerThread.enter(this);
		try {
			return isReady(now) && write(next(), now);
		}
		catch (Throwable ex) {
			broken(ex);
			return false;
		}
		finally {
			WorkerThread.exit(this, before);
		}
	}

	/**
	 * Ends a connection that has failed. Most of what a sink throws says no more than
	 * that the client has gone.
	 */
	private void broken(Throwable failure) {
		if (failure instanceof IOException || failure instanceof IllegalStateException) {
			this.stream.supervisor().debug(() -> this.client + " is gone: " + failure);
		}
		else {
			supervise("%s could not be served", Callee.SINK, failure);
		}
		close((failure instanceof Exception) ? CloseReason.DISCONNECTED : CloseReason.FAILED);
	}

	/**
	 * Whether there is something to be written.
	 * @param tail what comes next in the log, or came when the worker began its pass
	 */
	private boolean hasWork(long tail) {
		if (this.current != null || this.unflushed || this.leaving) {
			return true;
		}
		if (this.history != null) {
			return this.history.hasBatch();
		}
		return this.log.hasEnded() || this.position < tail;
	}

	private boolean isReady(long now) {
		// Cleared before the question: after the answer "no", another thread sets it,
		// which must not be overwritten
		this.writable = false;
		if (this.sink.isReady()) {
			this.writable = true;
			if (this.blockedSince != 0) {
				this.blockedBefore += now - this.blockedSince;
				this.blockedSince = 0;
			}
			return true;
		}
		this.lagging = true;
		if (this.blockedSince == 0) {
			this.blockedSince = now;
		}
		return false;
	}

	private @Nullable Slice next() {
		if (this.current == null) {
			if (this.leaving) {
				depart();
			}
			else if (this.history != null) {
				readHistory(this.history);
			}
			else {
				readLog();
			}
		}
		return this.current;
	}

	private void depart() {
		if (isBehind()) {
			checkpoint();
		}
		else if (this.departing == CloseReason.SHUTDOWN && !this.ended) {
			this.ended = true;
			enqueue(FrameEncoder.retry(EventStream.returnTime(this.stream.settings())));
		}
		else if (!this.unflushed) {
			close(this.departing);
		}
	}

	private void readHistory(HistoryReplay history) {
		HistoryReplay.Batch batch = history.take();
		if (batch == null) {
			return;
		}
		this.group.replayed(batch.count());
		if (batch.end() == null) {
			history.fetch();
		}
		else {
			this.history = null;
			this.displaced = true;
			if (this.filter != null) {
				this.filter.passed(batch.hidden());
			}
			moveTo(batch.end());
		}
		Slice gap = this.current;
		enqueue((gap != null) ? concat(batch.bytes(), gap.bytes()) : batch.bytes());
	}

	private static byte[] concat(byte[] first, byte[] second) {
		byte[] both = Arrays.copyOf(first, first.length + second.length);
		System.arraycopy(second, 0, both, first.length, second.length);
		return both;
	}

	private void readLog() {
		boolean over = this.log.hasEnded();
		if (this.filter != null && this.filter.isCheckpointDue()) {
			checkpoint();
		}
		else if (this.position < this.log.tail()) {
			boolean conflating = this.lagging && this.stream.settings().overflow() == OverflowStrategy.CONFLATE;
			this.current = (this.filter != null) ? this.filter.slice(this.log, this.position, conflating)
					: this.group.slice(this.log, this.position, conflating);
			if (this.current == null) {
				overflow();
			}
		}
		else if (over && isBehind()) {
			checkpoint();
		}
		else if (over && this.stream.isPersonal() && this.stream.endReason() == CloseReason.COMPLETED && !this.ended) {
			this.ended = true;
			enqueue(FrameEncoder.end(this.log.epoch()));
		}
		else if (over && this.keepsPositions && !this.stream.isPersonal() && !this.ended
				&& Placement.isUnknown(this.log, this.displaced)) {
			this.ended = true;
			enqueue(FrameEncoder.checkpoint(Placement.end(this.log)));
		}
		else if (over && !this.unflushed) {
			close(this.stream.endReason());
		}
	}

	/**
	 * Whether the client has passed events that it was not shown, and does not know it.
	 */
	private boolean isBehind() {
		return this.filter != null && this.history == null && this.filter.isBehind();
	}

	private void checkpoint() {
		if (this.filter != null) {
			enqueue(this.filter.checkpoint(this.log, this.position));
		}
	}

	private void overflow() {
		this.lagging = true;
		switch (this.stream.settings().overflow()) {
			case SKIP, CONFLATE -> moveTo(this.log.skip(this.position, this.filter == null));
			case DISCONNECT, BACKPRESSURE -> close(CloseReason.OVERFLOW);
		}
	}

	private boolean write(@Nullable Slice slice, long now) throws IOException {
		if (slice != null) {
			int length = Math.min(Slice.MAX_BYTES, slice.bytes().length - this.offset);
			if (length > 0) {
				this.unflushed = true;
				this.sink.write(slice.bytes(), this.offset, length);
				this.offset += length;
				this.lastWrite = now;
				this.bytes += length;
				this.group.sent(length);
			}
			if (this.offset == slice.bytes().length) {
				this.current = null;
				this.offset = 0;
				this.displaced &= slice.next() == this.position;
				this.position = slice.next();
				this.group.delivered(slice);
				slice.gaps().forEach((cause) -> this.stream.missed(this.client, cause, null));
			}
			if (!isReady(now)) {
				return false;
			}
		}
		if (this.unflushed) {
			this.sink.flush();
			this.unflushed = false;
		}
		// What has come meanwhile was announced, and will be sent when its time has come
		boolean more = hasWork(this.group.tail());
		if (!more) {
			this.blockedBefore = 0;
			this.lagging = false;
		}
		return more && this.closing == null;
	}

	/**
	 * Looks at the clock: the heartbeat of an idle client, the deadline of a blocked one.
	 */
	void tick(long now, StreamSettings settings) {
		try {
			look(now, settings);
		}
		catch (Throwable ex) {
			supervise("%s could not be served", Callee.ENGINE, ex);
			close(CloseReason.FAILED);
		}
	}

	private void look(long now, StreamSettings settings) {
		if (this.closing != null) {
			return;
		}
		if (this.departure != 0 && now - this.departure >= 0 && !this.leaving) {
			this.leaving = true;
			this.group.signal();
		}
		if (this.leaving && this.departing == CloseReason.EXPIRED && !this.writable) {
			// Not for as long as the client cares to take what is left
			close(CloseReason.EXPIRED);
		}
		else if (!this.opened && now - this.blockedSince >= OPENING) {
			this.opened = true;
			neverReady();
		}
		else if (this.blockedSince != 0 && !this.writable) {
			if (now - this.blockedSince >= settings.writeTimeout().toNanos()) {
				close(CloseReason.WRITE_TIMEOUT);
			}
			else if (isOverrun()) {
				close(CloseReason.OVERFLOW);
			}
		}
		else if (!settings.heartbeat().isZero() && now - this.lastWrite >= settings.heartbeat().toNanos()
				&& !hasWork(this.log.tail())) {
			if (isBehind()) {
				checkpoint();
			}
			if (this.current == null) {
				enqueue(FrameEncoder.heartbeat());
			}
			this.lastWrite = now;
			drain(now);
		}
	}

	private void neverReady() {
		Call before = WorkerThread.enter(this);
		try {
			this.sink.neverReady();
		}
		catch (Throwable ex) {
			broken(ex);
		}
		finally {
			WorkerThread.exit(this, before);
		}
	}

	/**
	 * Whether the client will have to be disconnected once it takes something again. One
	 * that has begun with an event may still finish it.
	 */
	private boolean isOverrun() {
		OverflowStrategy overflow = this.stream.settings().overflow();
		return this.current == null && this.history == null && this.position < this.log.head()
				&& (overflow == OverflowStrategy.DISCONNECT || overflow == OverflowStrategy.BACKPRESSURE);
	}

	/**
	 * From where on the log is needed by this client, as far as the publisher should wait
	 * for it: a client whose socket was full for longer than the grace since it last had
	 * everything does not hold up the others, nor does one that waits for its history.
	 * @return the position, or {@link Long#MAX_VALUE} if nobody should wait
	 */
	long demandPosition(long now, long grace) {
		long blocked = this.blockedBefore + ((this.blockedSince != 0 && !this.writable) ? now - this.blockedSince : 0);
		boolean absent = this.history != null && !this.stream.isPersonal();
		return (blocked > grace || absent || this.closing != null) ? Long.MAX_VALUE : this.position;
	}

}
