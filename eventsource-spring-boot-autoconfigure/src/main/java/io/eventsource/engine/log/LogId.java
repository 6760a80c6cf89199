package io.eventsource.engine.log;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

/**
 * An id that a log gives: that of one of its events, {@code <epoch>-<n>}, or that of a
 * place before an event, {@code <epoch>~<n>}, for a client that has none of the events
 * yet. The epoch names one run of the log, and ends with check digits, so that an id of
 * the application's is not taken for one of an earlier run.
 *
 * @param epoch the run of the log
 * @param next the position of the first event that the client does not have
 * @param opening whether the client has been given its place, and no event yet
 */
public record LogId(String epoch, long next, boolean opening) {

	private static final char EVENT = '-';

	private static final char OPENING = '~';

	/** Begins what follows the number of an event. */
	private static final char SUFFIX = '_';

	private static final int CHECK = 4;

	private static final int LENGTH = 8 + 3 + CHECK;

	/** More digits than any position has. */
	private static final int MAX_DIGITS = 18;

	/**
	 * Names a run of a log that begins now.
	 */
	public static String newEpoch() {
		String name = Long.toString(System.currentTimeMillis(), 36)
				+ Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36, 36 * 36 * 36), 36);
		return name + check(name);
	}

	private static String check(String name) {
		long hash = 0xcbf29ce484222325L;
		for (int i = 0; i < name.length(); i++) {
			hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
		}
		hash ^= hash >>> 29;
		long digits = Math.floorMod(hash, 36L * 36 * 36 * 36);
		String check = Long.toString(digits, 36);
		return "0".repeat(CHECK - check.length()) + check;
	}

	/**
	 * The id that an event has by its place in a log.
	 */
	public static String ofEvent(String epoch, long sequence) {
		return epoch + EVENT + sequence;
	}

	/**
	 * The id for a client that has no event yet, and is to get those from a place on.
	 */
	public static String ofOpening(String epoch, long next) {
		return epoch + OPENING + next;
	}

	/**
	 * What follows the number in the ids of a topic's events, so that whoever gets those
	 * of several topics knows whose they are: the topic, percent-encoded.
	 */
	public static String suffix(String topic) {
		return SUFFIX + URLEncoder.encode(topic, StandardCharsets.UTF_8).replace("+", "%20").replace("_", "%5F");
	}

	/**
	 * The topic that an id names.
	 * @return the topic; {@code null} if it names none
	 */
	public static @Nullable String topic(String id) {
		int suffix = id.lastIndexOf(SUFFIX);
		try {
			return (suffix >= 0)
					? URLDecoder.decode(id.substring(suffix + 1).replace("+", "%2B"), StandardCharsets.UTF_8) : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/**
	 * Reads an id.
	 * @return the id, or {@code null} if no log has given it
	 */
	public static @Nullable LogId parse(String id) {
		int suffix = id.indexOf(SUFFIX);
		return parsePlace((suffix >= 0) ? id.substring(0, suffix) : id);
	}

	private static @Nullable LogId parsePlace(String id) {
		int digits = id.length() - LENGTH - 1;
		if (digits < 1 || digits > MAX_DIGITS) {
			return null;
		}
		char separator = id.charAt(LENGTH);
		long number = number(id, LENGTH + 1);
		if (number < 0 || (separator != EVENT && separator != OPENING) || !isEpoch(id)) {
			return null;
		}
		boolean opening = separator == OPENING;
		return new LogId(id.substring(0, LENGTH), opening ? number : number + 1, opening);
	}

	private static boolean isEpoch(String id) {
		return id.startsWith(check(id.substring(0, LENGTH - CHECK)), LENGTH - CHECK);
	}

	/**
	 * Whether an id is that of a place before which its client has been given nothing.
	 */
	public static boolean isOpening(@Nullable String id) {
		LogId parsed = (id != null) ? parse(id) : null;
		return parsed != null && parsed.opening;
	}

	/** As it was written: without leading zeros. */
	private static long number(String id, int from) {
		if (id.charAt(from) == '0' && id.length() > from + 1) {
			return -1;
		}
		long value = 0;
		for (int i = from; i < id.length(); i++) {
			int digit = id.charAt(i) - '0';
			if (digit < 0 || digit > 9) {
				return -1;
			}
			value = value * 10 + digit;
		}
		return value;
	}

}
