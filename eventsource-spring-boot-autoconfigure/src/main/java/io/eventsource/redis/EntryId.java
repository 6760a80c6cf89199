package io.eventsource.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The id of an entry of a Redis Stream: two unsigned numbers, by which the entries are
 * ordered.
 *
 * @param time the time at which the entry was added, in milliseconds by the clock of
 * Redis
 * @param sequence the number of the entry among those of that time
 */
record EntryId(long time, long sequence) implements Comparable<EntryId> {

	/** An id below that of any entry. */
	static final EntryId ZERO = new EntryId(0, 0);

	private static final Pattern FORM = Pattern.compile("(0|[1-9][0-9]{0,19})-(0|[1-9][0-9]{0,19})");

	/**
	 * Reads an id.
	 * @return the id, or {@code null} if the text is not one
	 */
	static @Nullable EntryId parse(String text) {
		Matcher matcher = FORM.matcher(text);
		try {
			return matcher.matches()
					? new EntryId(Long.parseUnsignedLong(matcher.group(1)), Long.parseUnsignedLong(matcher.group(2)))
					: null;
		}
		catch (NumberFormatException ex) {
			// 20 digits may be more than 64 bits
			return null;
		}
	}

	/**
	 * Reads an id that Redis has sent.
	 */
	static EntryId of(String text) {
		EntryId id = parse(text);
		if (id == null) {
			throw new IllegalStateException("Redis has sent '" + text + "' for the id of an entry");
		}
		return id;
	}

	/**
	 * Returns the greatest id below this one, which must not be {@link #ZERO}.
	 */
	EntryId previous() {
		return (this.sequence != 0) ? new EntryId(this.time, this.sequence - 1) : new EntryId(this.time - 1, -1);
	}

	@Override
	public int compareTo(EntryId other) {
		int order = Long.compareUnsigned(this.time, other.time);
		return (order != 0) ? order : Long.compareUnsigned(this.sequence, other.sequence);
	}

	@Override
	public String toString() {
		return Long.toUnsignedString(this.time) + "-" + Long.toUnsignedString(this.sequence);
	}

}
