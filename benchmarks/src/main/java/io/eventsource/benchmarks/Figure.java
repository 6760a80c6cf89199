package io.eventsource.benchmarks;

/**
 * One figure of a scenario, and how a table shows it.
 *
 * @param name the name
 * @param title the head of its column
 * @param digits how many digits are shown behind the point
 * @param compared whether it is also shown as a multiple of the floor's
 */
record Figure(String name, String title, int digits, boolean compared) {

	Figure(String name, String title, int digits) {
		this(name, title, digits, false);
	}

}
