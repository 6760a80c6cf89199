package io.eventsource.engine.runtime;

import io.eventsource.NonBlockingThread;

/**
 * Unwinds the stack of a thread that was replaced while it was in a call to code outside
 * the engine. Whoever catches all exceptions has to rethrow it; see {@link #check}.
 */
public final class WorkerReplaced extends NonBlockingThread.Replaced {

	private static final long serialVersionUID = 1L;

	/** Created in advance, so that it can be thrown when there is no memory left. */
	static final WorkerReplaced INSTANCE = new WorkerReplaced();

	private WorkerReplaced() {
		super("Another thread has taken the place of this one");
	}

}
