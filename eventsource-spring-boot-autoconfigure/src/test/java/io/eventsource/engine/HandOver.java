package io.eventsource.engine;

import org.jetbrains.lincheck.Lincheck;

/**
 * Threads that hand something over to each other, in the orders in which their steps can
 * follow each other. Lincheck decides on the order, and prints it if a test fails.
 */
public final class HandOver {

	private HandOver() {
	}

	/**
	 * Plays a scene in so many orders. What is made before the scene, and not in it, does
	 * not add to the steps among which Lincheck chooses.
	 */
	public static void check(int orders, Runnable scene) {
		Lincheck.INSTANCE.runConcurrentTest(orders, scene);
	}

	/**
	 * Runs tasks at the same time, the first of them on this thread, and waits for all.
	 * Fewest switches are needed for an order in which the first is held up by the
	 * others.
	 */
	public static void run(Runnable first, Runnable... others) {
		Thread[] threads = new Thread[others.length];
		for (int i = 0; i < others.length; i++) {
			threads[i] = new Thread(others[i]);
			threads[i].start();
		}
		first.run();
		for (Thread thread : threads) {
			join(thread);
		}
	}

	/**
	 * Waits for the end of a thread.
	 */
	public static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Requires what AssertJ cannot require, which Lincheck would instrument as well.
	 */
	public static void require(boolean condition, String message) {
		if (!condition) {
			throw new AssertionError(message);
		}
	}

}
