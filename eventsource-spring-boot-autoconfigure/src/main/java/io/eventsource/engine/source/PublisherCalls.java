package io.eventsource.engine.source;

import java.util.concurrent.RejectedExecutionException;

import io.eventsource.Callee;
import io.eventsource.engine.runtime.ApplicationCalls;
import io.eventsource.engine.runtime.Dispatcher;

/**
 * Calls the publisher of one stream on threads that may block.
 */
final class PublisherCalls {

	private final ApplicationCalls calls;

	private final Dispatcher dispatcher;

	PublisherCalls(ApplicationCalls calls, Dispatcher dispatcher) {
		this.calls = calls;
		this.dispatcher = dispatcher;
	}

	/**
	 * Calls the publisher on a thread that is interrupted when the subscription ends.
	 * @return whether there was a thread
	 */
	boolean call(Runnable action) {
		ApplicationCalls.Task task = this.calls.add(Callee.PUBLISHER, action);
		boolean accepted = false;
		try {
			accepted = this.dispatcher.intake(task);
		}
		finally {
			if (!accepted) {
				task.drop();
			}
		}
		return accepted;
	}

	/**
	 * Does the same for a call that must be made unless the engine shuts down.
	 * @throws RejectedExecutionException if there was no thread
	 */
	void require(Runnable action) {
		if (!call(action) && !this.dispatcher.isClosed()) {
			throw new RejectedExecutionException("There is no thread to subscribe on");
		}
	}

	/**
	 * Runs an action on a thread that is not interrupted.
	 * @return whether there was a thread
	 */
	boolean run(Runnable action) {
		return this.dispatcher.intake(action);
	}

	/**
	 * Interrupts the threads that are in a call of the publisher.
	 */
	void interrupt() {
		this.calls.interrupt(Callee.PUBLISHER);
	}

}
