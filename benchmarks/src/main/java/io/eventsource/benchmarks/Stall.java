package io.eventsource.benchmarks;

/**
 * A server that goes on no more: its clients have got nothing for a long time, and it has
 * something for them.
 */
final class Stall extends Exception {

	private static final long serialVersionUID = 1L;

	Stall(String message) {
		super(message);
	}

}
