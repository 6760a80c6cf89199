package io.eventsource;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One connection: a position in the log, and the sink that what follows goes to. All but
 * {@link #writable()} and {@link #close} belongs to the worker of the connection.
 */
final class ClientCursor implements EventConnection {

	private static final Log logger = LogFactory.getLog(ClientCursor.class);

	private static final AtomicReferenceFieldUpdater<ClientCursor, @Nullable CloseReason> CLOSING = AtomicReferenceFieldUpdater
		.newUpdater(ClientCursor.class, CloseReason.class, "closing");

	private static final long OPENING = 5_000_000_000L;

	private final EventClient client;

	private final EventSink sink;

	private final ClientGroup group;

	private final EventLog log;

	private long position;

	/** What goes out before anything else, such as a gap event. */
	private @Nullable Slice control;

	/** The frame that was written up to {@link #restOffset}. */
	private @Nullable Frame rest;

	private int restOffset;

	private boolean unflushed;

	/** Whether the sink was ready at least once, or was told that it never is. */
	private boolean opened;

	/** Since when the sink has not been ready; zero while it is. */
	private long blockedSince;

	/** How long the sink was not ready, in all, since the client last had everything. */
	private long blockedBefore;

	private long lastWrite;

	private volatile boolean writable;

	private volatile @Nullable CloseReason closing;

	ClientCursor(EventClient client, EventSink sink, ClientGroup group, EventLog log, EventLog.Start start, long now) {
		this.client = client;
		this.sink = sink;
		this.group = group;
		this.log = log;
		this.position = start.position();
		if (start.gap() != null) {
			this.control = Slice.of(FrameEncoder.gap(start.gap(), start.missed()), this.position);
		}
		this.blockedSince = now;
		this.lastWrite = now;
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

	/**
	 * Why the connection is to end, or {@code null} while it is not.
	 */
	@Nullable CloseReason closing() {
		return this.closing;
	}

	/**
	 * Ends the response. Called once.
	 */
	void complete() {
		try {
			this.sink.complete();
		}
		catch (RuntimeException ex) {
			logger.debug("The response of " + this.client + " could not be ended", ex);
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
		if (!hasWork()) {
			this.blockedSince = 0;
			return false;
		}
		try {
			return isReady(now) && write(next(), now);
		}
		catch (IOException | RuntimeException ex) {
			logger.trace(this.client + " is gone", ex);
			close(CloseReason.DISCONNECTED);
			return false;
		}
	}

	private boolean hasWork() {
		// The end is read first: once it is there, the tail stays where it is
		return this.log.hasEnded() || this.position < this.log.tail() || this.unflushed || this.control != null;
	}

	private boolean isReady(long now) {
		// Cleared before the question: after the answer "no", another thread sets it,
		// which
		// must not be overwritten
		this.writable = false;
		if (this.sink.isReady()) {
			this.writable = true;
			if (this.blockedSince != 0) {
				this.blockedBefore += now - this.blockedSince;
				this.blockedSince = 0;
			}
			return true;
		}
		if (this.blockedSince == 0) {
			this.blockedSince = now;
		}
		return false;
	}

	private @Nullable Slice next() {
		if (this.control != null) {
			return this.control;
		}
		if (this.rest != null) {
			return Slice.of(this.rest, this.restOffset);
		}
		boolean ended = this.log.hasEnded();
		if (this.position < this.log.tail()) {
			Slice slice = this.group.slice(this.log, this.position);
			if (slice == null) {
				close(CloseReason.OVERFLOW);
			}
			return slice;
		}
		if (ended && !this.unflushed) {
			close(CloseReason.COMPLETED);
		}
		return null;
	}

	private boolean write(@Nullable Slice slice, long now) throws IOException {
		if (slice != null) {
			this.unflushed = true;
			this.sink.write(slice.bytes(), slice.offset(), slice.length());
			this.control = null;
			this.position = slice.next();
			this.rest = slice.rest();
			this.restOffset = slice.restOffset();
			this.lastWrite = now;
			if (!isReady(now)) {
				return false;
			}
		}
		if (this.unflushed) {
			this.sink.flush();
			this.unflushed = false;
		}
		boolean more = hasWork();
		if (!more) {
			this.blockedBefore = 0;
		}
		return more && this.closing == null;
	}

	/**
	 * Looks at the clock: the heartbeat of an idle client, the deadline of a blocked one.
	 */
	void tick(long now, StreamSettings settings) {
		if (this.closing != null) {
			return;
		}
		if (!this.opened && now - this.blockedSince >= OPENING) {
			this.opened = true;
			this.sink.neverReady();
		}
		else if (this.blockedSince != 0 && !this.writable) {
			if (now - this.blockedSince >= settings.writeTimeout().toNanos()) {
				close(CloseReason.WRITE_TIMEOUT);
			}
		}
		else if (!settings.heartbeat().isZero() && now - this.lastWrite >= settings.heartbeat().toNanos()
				&& !hasWork()) {
			this.control = Slice.of(FrameEncoder.heartbeat(), this.position);
			this.lastWrite = now;
			drain(now);
		}
	}

	/**
	 * From where on the log is needed by this client, as far as the publisher should wait
	 * for it: a client whose socket was full for longer than the grace since it last had
	 * everything does not hold up the others.
	 * @return the position, or {@link Long#MAX_VALUE} if nobody should wait
	 */
	long demandPosition(long now, long grace) {
		long blocked = this.blockedBefore + ((this.blockedSince != 0 && !this.writable) ? now - this.blockedSince : 0);
		return (blocked > grace || this.closing != null) ? Long.MAX_VALUE : this.position;
	}

}
