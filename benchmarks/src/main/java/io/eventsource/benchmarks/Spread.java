package io.eventsource.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Values of several runs.
 *
 * @param median the one in the middle
 * @param min the smallest
 * @param max the greatest
 */
record Spread(double median, double min, double max) {

	/**
	 * Sums up values.
	 * @param values at least one
	 */
	static Spread of(List<Double> values) {
		double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
		double median = DoubleStream.of(sorted[(sorted.length - 1) / 2], sorted[sorted.length / 2])
			.average()
			.orElseThrow();
		return new Spread(median, sorted[0], sorted[sorted.length - 1]);
	}

	String format(int digits) {
		String number = "%,." + digits + "f";
		String median = String.format(Locale.ROOT, number, this.median);
		return (this.min == this.max) ? median
				: median + " (" + String.format(Locale.ROOT, number + " to " + number, this.min, this.max) + ")";
	}

}
