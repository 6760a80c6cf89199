package io.eventsource.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Begins to disconnect clients when the process is asked to end, for applications in an
 * external container. Such a container has a shutdown hook too, but some containers close
 * all connections before they stop their applications.
 */
class ContainerShutdownHook {

	private static final Log logger = LogFactory.getLog(ContainerShutdownHook.class);

	private final Runnable action;

	private @Nullable Thread hook;

	ContainerShutdownHook(Runnable action) {
		this.action = action;
	}

	synchronized void register() {
		if (this.hook == null) {
			Thread thread = new Thread(this.action, "eventsource-shutdown-hook");
			try {
				Runtime.getRuntime().addShutdownHook(thread);
				this.hook = thread;
			}
			catch (IllegalStateException ex) {
				logger.debug("The process is already ending", ex);
			}
		}
	}

	/**
	 * Removes the hook, so that it does not keep the application in memory.
	 */
	synchronized void deregister() {
		Thread thread = this.hook;
		this.hook = null;
		if (thread != null) {
			try {
				Runtime.getRuntime().removeShutdownHook(thread);
			}
			catch (IllegalStateException ex) {
				logger.debug("The process is already ending", ex);
			}
		}
	}

}
