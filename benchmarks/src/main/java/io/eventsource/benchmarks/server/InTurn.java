package io.eventsource.benchmarks.server;

import java.util.function.IntSupplier;

/**
 * Numbers from 0 on, one after the other, again and again.
 */
final class InTurn implements IntSupplier {

	private final int count;

	private int next;

	/**
	 * Begins with the first.
	 * @param count how many numbers there are
	 */
	InTurn(int count) {
		this.count = count;
	}

	@Override
	public int getAsInt() {
		int number = this.next;
		this.next = (number + 1) % this.count;
		return number;
	}

}
