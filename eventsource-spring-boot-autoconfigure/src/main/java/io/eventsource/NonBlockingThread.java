package io.eventsource;

/**
 * Marks the threads that serve clients, on which nothing may wait.
 */
public interface NonBlockingThread {

	/**
	 * Returns whether the current thread serves clients and must not wait.
	 * @return whether it does
	 */
	static boolean isCurrent() {
		return Thread.currentThread() instanceof NonBlockingThread;
	}

	/**
	 * Unwinds the stack of a thread that was replaced while it was in a call to code
	 * outside the engine. Code that catches every {@link Throwable} must throw it again.
	 */
	abstract class Replaced extends Error {

		private static final long serialVersionUID = 1L;

		/**
		 * Makes the error without a stack trace.
		 * @param message the message
		 */
		protected Replaced(String message) {
			super(message, null, false, false);
		}

		/**
		 * Throws what was caught again, if it is an error of this kind.
		 * @param failure what was caught
		 */
		public static void check(Throwable failure) {
			if (failure instanceof Replaced replaced) {
				throw replaced;
			}
		}

	}

}
