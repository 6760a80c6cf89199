package io.eventsource;

import java.time.Duration;

/**
 * The rules for the values of an event: what the wire format cannot carry, or a client
 * could not send back, is rejected.
 */
final class EventRules {

	/** The maximum number of characters of an id or a key. */
	static final int MAX_LENGTH = 1024;

	/** The suffix of the ids that stand for the end of a stream. */
	static final String END_OF_STREAM = "~end";

	private static final Duration MAX_RETRY = Duration.ofMillis(Long.MAX_VALUE);

	private EventRules() {
	}

	static void checkId(String id) {
		checkLineBreak("id", id);
		if (id.isBlank()) {
			throw new IllegalArgumentException("The id of an event must not be empty or blank, since such an id "
					+ "resets the client's last event id; leave the id out instead");
		}
		checkCharacters(id);
		if (id.endsWith(END_OF_STREAM)) {
			throw rejected("The id of an event must not end with '" + END_OF_STREAM
					+ "', since a client with such an id needs nothing more", id);
		}
		if (id.length() > MAX_LENGTH) {
			throw rejected("The id of an event must have at most " + MAX_LENGTH
					+ " characters, since clients send it back in a header; it has " + id.length(), id);
		}
	}

	private static void checkCharacters(String id) {
		if (id.indexOf('\0') >= 0) {
			throw rejected("The id of an event must not contain NUL, since clients ignore such an id", id);
		}
		if (id.chars().anyMatch(Character::isISOControl)) {
			throw rejected("The id of an event must not contain control characters, since clients send it back in a "
					+ "header, where servers refuse them", id);
		}
		if (id.startsWith(" ") || id.endsWith(" ")) {
			throw rejected("The id of an event must not begin or end with a blank, since clients send it back in a "
					+ "header, where blanks are cut off; strip it", id);
		}
		if (id.codePoints().anyMatch(EventRules::isSurrogate)) {
			throw rejected("The id of an event must not contain half of a surrogate pair, since that is not a "
					+ "character that could be sent", id);
		}
	}

	static void checkType(String type) {
		checkLineBreak("type", type);
	}

	static void checkKey(String key) {
		if (key.length() > MAX_LENGTH) {
			throw rejected("The key of an event must have at most " + MAX_LENGTH
					+ " characters, since it is kept with the event; it has " + key.length(), key);
		}
	}

	static void checkRetry(Duration retry) {
		if (retry.isNegative() || retry.getNano() % 1_000_000 != 0 || retry.compareTo(MAX_RETRY) > 0) {
			throw new IllegalArgumentException("The reconnection time must not be negative and must be in whole "
					+ "milliseconds that a long can count; got " + retry);
		}
	}

	private static void checkLineBreak(String field, String value) {
		if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
			throw rejected("The " + field + " of an event must not contain a line break, since it would end the field",
					value);
		}
	}

	private static boolean isSurrogate(int codePoint) {
		return Character.getType(codePoint) == Character.SURROGATE;
	}

	private static IllegalArgumentException rejected(String rule, String value) {
		return new IllegalArgumentException(rule + "; got " + LogSanitizer.quote(value));
	}

}
