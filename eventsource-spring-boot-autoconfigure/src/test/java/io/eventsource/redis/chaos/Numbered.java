package io.eventsource.redis.chaos;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number of an event.
 *
 * @param publisher the number of its publisher
 * @param number its number among those of the publisher, in the order of publication
 */
record Numbered(int publisher, int number) {

	private static final Pattern FORM = Pattern.compile("event ([0-9]+) ([0-9]+) x*");

	/**
	 * Returns the number of the event with some data.
	 * @return the number, or {@code null} if the data is of no event of these publishers
	 */
	static Numbered of(String data) {
		Matcher matcher = FORM.matcher(data);
		return matcher.matches() ? new Numbered(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
				: null;
	}

	/** The only event of a publisher that is none of the application. */
	static Numbered removable(int publisher) {
		return new Numbered(publisher, 1);
	}

	String data(int padding) {
		return "event " + this.publisher + " " + this.number + " " + "x".repeat(padding);
	}

}
