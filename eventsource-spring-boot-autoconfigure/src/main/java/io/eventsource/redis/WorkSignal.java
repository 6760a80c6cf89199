package io.eventsource.redis;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells a thread that there is something to be done. What is told while the thread is
 * busy is not lost. Thread-safe.
 */
final class WorkSignal {

	private static final Log logger = LogFactory.getLog(WorkSignal.class);

	private boolean given;

	synchronized void give() {
		this.given = true;
		notifyAll();
	}

	/**
	 * Waits for so many milliseconds, or until there is something to be done.
	 */
	synchronized void await(long millis) {
		if (!this.given) {
			try {
				wait(millis);
			}
			catch (InterruptedException ex) {
				// The thread is interrupted when it is to end, which it looks at next
				logger.trace("Interrupted", ex);
			}
		}
		this.given = false;
	}

}
