package io.eventsource;

import java.util.concurrent.CompletableFuture;

/**
 * Runs what a test does besides its own thread.
 */
public final class Background {

	private Background() {
	}

	/**
	 * Runs a task on a thread of its own.
	 */
	public static CompletableFuture<Void> run(Runnable task) {
		return CompletableFuture.runAsync(task, (command) -> new Thread(command).start());
	}

}
