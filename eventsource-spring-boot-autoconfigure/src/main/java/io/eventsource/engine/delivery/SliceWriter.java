package io.eventsource.engine.delivery;

import java.io.IOException;

import io.eventsource.CloseReason;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.Call;

/**
 * Writes to one connection what its client gets next, as fast as the sink takes it.
 * Belongs to the worker of the connection.
 */
final class SliceWriter {

	private final ClosableConnection connection;

	private final WorkerShare share;

	private final SinkCall call;

	private final Readiness readiness;

	private final Output output;

	private final ClientReader reader;

	private final Departure departure;

	private final ClientPace pace;

	SliceWriter(ClosableConnection connection, WorkerShare share, Transport transport, ClientReader reader,
			Departure departure, ClientPace pace) {
		this.connection = connection;
		this.share = share;
		this.call = transport.call();
		this.readiness = transport.readiness();
		this.output = transport.output();
		this.reader = reader;
		this.departure = departure;
		this.pace = pace;
	}

	/**
	 * Writes what the sink takes without blocking, a slice at most.
	 * @return whether there is more that the sink may take at once
	 */
	boolean write(long now) {
		if (!this.readiness.isSignalled() || this.connection.isClosing()) {
			return false;
		}
		this.readiness.open();
		this.departure.beginIfDue(now);
		if (!hasWork(this.reader.tail())) {
			this.readiness.idle();
			return false;
		}
		Call before = this.call.enter();
		try {
			return isReady(now) && writeNext(now);
		}
		catch (Throwable ex) {
			this.connection.close(this.call.broken(ex));
			return false;
		}
		finally {
			this.call.exit(before);
		}
	}

	/**
	 * Whether there is something to be written.
	 * @param tail what comes next in the log, or came when the worker began its pass
	 */
	boolean hasWork(long tail) {
		return this.departure.isLeaving() || this.reader.hasWork(tail);
	}

	private boolean isReady(long now) {
		boolean ready = this.readiness.ask(now);
		if (!ready) {
			this.reader.place().lag();
		}
		return ready;
	}

	/**
	 * Takes what comes next, or ends the connection if nothing will.
	 */
	private void read() {
		CloseReason end = this.departure.isLeaving() ? this.reader.readLast(this.departure.reason())
				: this.reader.read();
		if (end != null) {
			this.connection.close(end);
		}
	}

	private boolean writeNext(long now) throws IOException {
		read();
		if (this.connection.isClosing()) {
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
			this.pace.clear();
			this.reader.place().caughtUp();
		}
		return more && !this.connection.isClosing();
	}

}
