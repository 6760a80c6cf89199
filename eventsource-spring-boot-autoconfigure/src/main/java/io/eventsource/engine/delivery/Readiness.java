package io.eventsource.engine.delivery;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.eventsource.EventSink;

/**
 * Whether the sink of one connection takes more, and since when it has not. All but
 * {@link #signal()} belongs to the worker of the connection.
 */
final class Readiness {

	private static final VarHandle WRITABLE = writableHandle();

	private static final long OPENING = 5_000_000_000L;

	private final EventSink sink;

	private volatile boolean writable;

	/** Whether the sink was ready at least once, or was told that it never is. */
	private boolean opened;

	/** Since when the sink has not been ready; zero while it is. */
	private long blockedSince;

	Readiness(EventSink sink, long now) {
		this.sink = sink;
		this.blockedSince = now;
	}

	private static VarHandle writableHandle() {
		try {
			return MethodHandles.lookup().findVarHandle(Readiness.class, "writable", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/**
	 * Takes note that the sink may have become ready. Any thread.
	 */
	void signal() {
		this.writable = true;
	}

	/**
	 * Whether the sink may be ready, so that it is worth asking.
	 */
	boolean isSignalled() {
		return this.writable;
	}

	/**
	 * Asks the sink.
	 */
	boolean ask(long now) {
		// Cleared before the question: after the answer "no", another thread sets it,
		// which must not be overwritten
		this.writable = false;
		if (this.sink.isReady()) {
			// Nobody else clears it, so no other write need be seen before this one
			WRITABLE.setRelease(this, true);
			this.blockedSince = 0;
			return true;
		}
		if (this.blockedSince == 0) {
			this.blockedSince = now;
		}
		return false;
	}

	/**
	 * Takes note that the connection was open for a first write.
	 */
	void open() {
		this.opened = true;
	}

	/**
	 * Whether the connection has been open for a first write.
	 */
	boolean isOpen() {
		return this.opened;
	}

	/**
	 * Takes note that there is nothing that the sink would have to take.
	 */
	void idle() {
		this.blockedSince = 0;
	}

	/**
	 * Counts the time for which the sink is not ready from now on.
	 */
	void restart(long now) {
		this.blockedSince = now;
	}

	boolean isBlocked() {
		return this.blockedSince != 0 && !this.writable;
	}

	/**
	 * For how long the sink has not been ready, if it is not.
	 */
	long blockedFor(long now) {
		return now - this.blockedSince;
	}

	/**
	 * Whether the sink is to be told that it never becomes ready. Only the first answer
	 * is "yes".
	 */
	boolean isNeverReady(long now) {
		boolean never = !this.opened && blockedFor(now) >= OPENING;
		this.opened |= never;
		return never;
	}

}
