package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;

/**
 * What came of some events that were published.
 *
 * @param expected how many the clients should have got, all together
 * @param events how many they have got
 * @param wrong how many of these came twice or out of order
 * @param lost how many clients have lost their connection
 * @param time from the first publication to the last delivery
 * @param cpu what the server has spent for it
 * @param delays from when an event was due until a client had it, in nanoseconds
 */
record Delivery(long expected, long events, long wrong, int lost, Duration time, Duration cpu, Histogram delays) {

	/**
	 * The server's processor time for one event to one client, in microseconds.
	 */
	double cpuPerEvent() {
		return this.cpu.toNanos() / 1000.0 / this.events;
	}

	double eventsPerSecond() {
		return this.events * (double) TimeUnit.SECONDS.toNanos(1) / this.time.toNanos();
	}

	/**
	 * The delay that so many percent of the events do not exceed, in milliseconds.
	 */
	double delay(double percentile) {
		return this.delays.getValueAtPercentile(percentile) / 1e6;
	}

	/**
	 * What has gone wrong, in words.
	 */
	List<String> faults() {
		List<String> faults = new ArrayList<>();
		if (this.events < this.expected) {
			faults.add(String.format(Locale.ROOT, "%.2f %% delivered", share()));
		}
		if (this.wrong > 0) {
			faults.add(this.wrong + " events came twice or out of order");
		}
		if (this.lost > 0) {
			faults.add(this.lost + " clients were cut off");
		}
		return faults;
	}

	/**
	 * The share of the events that arrived, in percent.
	 */
	double share() {
		return 100.0 * this.events / this.expected;
	}

}
