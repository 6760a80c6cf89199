package io.eventsource.engine.runtime;

/**
 * Unwinds the stack of a thread that another one has replaced while it was in a call of
 * foreign code. To be thrown on by whoever catches everything.
 */
public final class WorkerReplaced extends Error {

	private static final long serialVersionUID = 1L;

	/** Made in advance, so that it can be thrown where there is no memory. */
	static final WorkerReplaced INSTANCE = new WorkerReplaced();

	private WorkerReplaced() {
		super("Another thread has taken the place of this one", null, false, false);
	}

	/**
	 * Throws on a failure that is none.
	 */
	public static void check(Throwable failure) {
		if (failure == INSTANCE) {
			throw INSTANCE;
		}
	}

}
