package io.eventsource.benchmarks.server;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntSupplier;

/**
 * Random numbers by Zipf's law: the second is drawn half as often as the first, the third
 * a third as often, and so on.
 */
final class Zipf implements IntSupplier {

	private final Random random = new Random(17);

	/** Up to where a number lies among those that are drawn evenly. */
	private final double[] ends;

	/**
	 * Begins to draw, always the same.
	 * @param count how many numbers there are, from 0 on
	 */
	Zipf(int count) {
		this.ends = new double[count];
		double sum = 0;
		for (int i = 0; i < count; i++) {
			sum += 1.0 / (i + 1);
			this.ends[i] = sum;
		}
	}

	@Override
	public int getAsInt() {
		int found = Arrays.binarySearch(this.ends, this.random.nextDouble() * this.ends[this.ends.length - 1]);
		return (found < 0) ? -found - 1 : found;
	}

}
