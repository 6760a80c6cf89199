package io.eventsource.engine.delivery;

import java.io.IOException;
import java.util.function.Supplier;

import io.eventsource.Callee;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.engine.runtime.Call;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.WorkerReplaced;
import io.eventsource.engine.runtime.WorkerThread;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one connection's sink, as the watchdog sees them, and the last of these,
 * which ends the response.
 */
final class SinkCall implements Call {

	private final Recipient recipient;

	private final StreamContext context;

	private final Supplier<@Nullable CloseReason> reason;

	/** Called if the thread that is in the sink had to be replaced. */
	private final Runnable onStall;

	/** Whether a thread that was replaced is still in a call of the sink. */
	private boolean stuck;

	private volatile boolean completing;

	SinkCall(Recipient recipient, StreamContext context, Supplier<@Nullable CloseReason> reason, Runnable onStall) {
		this.recipient = recipient;
		this.context = context;
		this.reason = reason;
		this.onStall = onStall;
	}

	EventClient client() {
		return this.recipient.client();
	}

	@Nullable Call enter() {
		return WorkerThread.enter(this);
	}

	void exit(@Nullable Call before) {
		WorkerThread.exit(this, before);
	}

	/**
	 * Ends the response, unless a thread stands still in the sink, which does that when
	 * it comes back. Throws nothing.
	 */
	void complete() {
		if (!this.stuck) {
			completeSink();
		}
	}

	private void completeSink() {
		this.completing = true;
		Call before = enter();
		try {
			CloseReason why = this.reason.get();
			this.recipient.sink().complete((why != null) ? why : CloseReason.DISCONNECTED);
		}
		catch (Throwable ex) {
			failed(Callee.SINK, "The response of %s could not be ended", ex);
		}
		finally {
			exit(before);
		}
	}

	/**
	 * Runs an action once the application's code is not called for this client alone any
	 * more.
	 */
	void whenReleased(Runnable action) {
		if (this.context.personal()) {
			this.context.calls().whenDone(action);
		}
		else {
			action.run();
		}
	}

	/**
	 * Tells the sink that it never becomes ready.
	 */
	void neverReady() {
		Call before = enter();
		try {
			this.recipient.sink().neverReady();
		}
		finally {
			exit(before);
		}
	}

	/**
	 * Reports that the connection cannot be served any more. Most of what a sink throws
	 * says no more than that the client has gone.
	 * @return why the connection ends
	 */
	CloseReason broken(Throwable failure) {
		if (failure instanceof IOException || failure instanceof IllegalStateException) {
			this.context.supervisor().debug(() -> client() + " is gone: " + failure);
		}
		else {
			failed(Callee.SINK, "%s could not be served", failure);
		}
		return (failure instanceof Exception) ? CloseReason.DISCONNECTED : CloseReason.FAILED;
	}

	/**
	 * Reports a failure that concerns this client.
	 * @param message the message, with a place for the client
	 */
	void failed(Callee callee, String message, Throwable failure) {
		WorkerReplaced.check(failure);
		this.context.supervisor().failed(callee, () -> String.format(message, client()), failure);
	}

	@Override
	public Callee callee() {
		return Callee.SINK;
	}

	@Override
	public String subject() {
		return client().toString();
	}

	/**
	 * Closes the connection, and leaves the sink to the thread that stands still in it.
	 */
	@Override
	public void abandon() {
		this.stuck = true;
		this.onStall.run();
	}

	@Override
	public void returned() {
		if (!this.completing) {
			completeSink();
		}
	}

}
