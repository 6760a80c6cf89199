package io.eventsource;

import java.time.Duration;

import io.eventsource.engine.log.FrameEncoder;
import org.jspecify.annotations.Nullable;

/**
 * One event of a stream, as a publisher emits it. Immutable, as long as its data is.
 * <p>
 * Values that would break the wire format (WHATWG HTML, section 9.2 "Server-sent events")
 * are refused when the event is made, never stripped: a line break in an id or a type
 * would end the line and let the rest through as fields, or as another event.
 */
public final class Event {

	/**
	 * The type that a client assumes where an event names none.
	 */
	public static final String DEFAULT_TYPE = "message";

	/**
	 * The longest id in characters. A client sends its last id back in a header, and
	 * containers limit those.
	 */
	public static final int MAX_ID_LENGTH = 1024;

	private final @Nullable String id;

	private final String type;

	private final @Nullable Object data;

	private final @Nullable String key;

	private final @Nullable Duration retry;

	private final @Nullable String comment;

	private Event(Builder builder) {
		this.id = builder.id;
		this.type = builder.type;
		this.data = builder.data;
		this.key = builder.key;
		this.retry = builder.retry;
		this.comment = builder.comment;
	}

	/**
	 * Makes an event of the default type.
	 * @param data text, which is sent as it is, or any object, which is sent as JSON
	 * @return the event
	 */
	public static Event of(Object data) {
		return builder().data(data).build();
	}

	/**
	 * Makes an event of the given type.
	 * @param type the type that clients listen to
	 * @param data text, which is sent as it is, or any object, which is sent as JSON
	 * @return the event
	 * @throws IllegalArgumentException if the type has a line break
	 */
	public static Event of(String type, Object data) {
		return builder().type(type).data(data).build();
	}

	/**
	 * Starts an event with nothing in it.
	 * @return a new builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Returns the id of the event, or {@code null} where the stream is to give it one.
	 * @return the id
	 */
	public @Nullable String id() {
		return this.id;
	}

	/**
	 * Returns the type of the event.
	 * @return the type, {@value #DEFAULT_TYPE} unless another was set
	 */
	public String type() {
		return this.type;
	}

	/**
	 * Returns the data. A client is told of an event only if it has data; one without may
	 * still carry an id, a reconnection time or a comment.
	 * @return the data, or {@code null} for none
	 */
	public @Nullable Object data() {
		return this.data;
	}

	/**
	 * Returns what the event is about, such as the name of the thing that changed. It is
	 * not sent.
	 * @return the key, or {@code null} for none
	 */
	public @Nullable String key() {
		return this.key;
	}

	/**
	 * Returns the reconnection time that a client uses from now on.
	 * @return the reconnection time, or {@code null} to leave it as it is
	 */
	public @Nullable Duration retry() {
		return this.retry;
	}

	/**
	 * Returns the comment, which clients ignore.
	 * @return the comment, or {@code null} for none
	 */
	public @Nullable String comment() {
		return this.comment;
	}

	@Override
	public String toString() {
		return "Event[type=" + LogSanitizer.quote(this.type)
				+ ((this.id != null) ? ", id=" + LogSanitizer.quote(this.id) : "")
				+ ((this.data != null) ? ", data of " + this.data.getClass().getName() : "") + "]";
	}

	/**
	 * Builds an {@link Event}. Each setter refuses what the wire format cannot carry. Not
	 * thread-safe.
	 */
	public static final class Builder {

		private static final Duration MAX_RETRY = Duration.ofMillis(Long.MAX_VALUE);

		private @Nullable String id;

		private String type = DEFAULT_TYPE;

		private @Nullable Object data;

		private @Nullable String key;

		private @Nullable Duration retry;

		private @Nullable String comment;

		private Builder() {
		}

		/**
		 * Sets the id, which clients send back as {@code Last-Event-ID} when they
		 * reconnect.
		 * @param id the id: not blank, neither beginning nor ending with a blank, without
		 * control characters and halves of surrogate pairs, not ending with {@code ~end},
		 * at most {@value Event#MAX_ID_LENGTH} characters. Not all clients can send other
		 * characters than those of ASCII
		 * @return this builder
		 * @throws IllegalArgumentException if a client could not keep the id, or not send
		 * it back
		 */
		public Builder id(String id) {
			refuseLineBreak("id", id);
			if (id.isBlank()) {
				throw new IllegalArgumentException("The id of an event must not be empty or blank, since such an id "
						+ "resets the client's last event id; leave the id out instead");
			}
			if (id.indexOf('\0') >= 0) {
				throw new IllegalArgumentException("The id of an event must not contain NUL, since clients ignore "
						+ "such an id; got " + LogSanitizer.quote(id));
			}
			if (id.chars().anyMatch(Character::isISOControl)) {
				throw new IllegalArgumentException("The id of an event must not contain control characters, since "
						+ "clients send it back in a header, where servers refuse them; got " + LogSanitizer.quote(id));
			}
			if (id.startsWith(" ") || id.endsWith(" ")) {
				throw new IllegalArgumentException(
						"The id of an event must not begin or end with a blank, since clients "
								+ "send it back in a header, where blanks are cut off; got " + LogSanitizer.quote(id)
								+ "; strip it");
			}
			if (id.codePoints().anyMatch(Builder::isSurrogate)) {
				throw new IllegalArgumentException(
						"The id of an event must not contain half of a surrogate pair, since "
								+ "it is no character that could be sent; got " + LogSanitizer.quote(id));
			}
			if (FrameEncoder.isEnd(id)) {
				throw new IllegalArgumentException("The id of an event must not end with '~end', by which a client is "
						+ "known to need nothing more; got " + LogSanitizer.quote(id));
			}
			if (id.length() > MAX_ID_LENGTH) {
				throw new IllegalArgumentException("The id of an event must have at most " + MAX_ID_LENGTH
						+ " characters, since clients send it back in a header; got " + id.length() + ": "
						+ LogSanitizer.quote(id));
			}
			this.id = id;
			return this;
		}

		/**
		 * Sets the type. Browsers hand an event of the types {@code open} and
		 * {@code error} to the handlers of their own events of that name too.
		 * @param type the type, without line breaks; empty is the default type
		 * @return this builder
		 * @throws IllegalArgumentException if the type has a line break
		 */
		public Builder type(String type) {
			refuseLineBreak("type", type);
			this.type = type.isEmpty() ? DEFAULT_TYPE : type;
			return this;
		}

		/**
		 * Sets the data.
		 * @param data text (any {@link CharSequence}), which is sent as it is, each of
		 * its line ends (CR, LF or CRLF) arriving as LF, or any other object, which is
		 * sent as JSON
		 * @return this builder
		 */
		public Builder data(Object data) {
			if (data == null) {
				throw new IllegalArgumentException("The data of an event must not be null; leave it out instead");
			}
			this.data = data;
			return this;
		}

		/**
		 * Sets what the event is about, so that a newer event with the same key may stand
		 * for it where a client lags behind.
		 * @param key the key: at most {@value Event#MAX_ID_LENGTH} characters
		 * @return this builder
		 * @throws IllegalArgumentException if the key is longer
		 */
		public Builder key(String key) {
			if (key.length() > MAX_ID_LENGTH) {
				throw new IllegalArgumentException("The key of an event must have at most " + MAX_ID_LENGTH
						+ " characters, since it is kept with the event; got " + key.length() + ": "
						+ LogSanitizer.quote(key));
			}
			this.key = key;
			return this;
		}

		/**
		 * Sets the reconnection time that clients use from now on.
		 * @param retry a time that is not negative, in whole milliseconds
		 * @return this builder
		 * @throws IllegalArgumentException if the time is negative or has a fraction of a
		 * millisecond
		 */
		public Builder retry(Duration retry) {
			if (retry.isNegative() || retry.getNano() % 1_000_000 != 0 || retry.compareTo(MAX_RETRY) > 0) {
				throw new IllegalArgumentException("The reconnection time must not be negative and must be in whole "
						+ "milliseconds that a long can count; got " + retry);
			}
			this.retry = retry;
			return this;
		}

		/**
		 * Sets a comment, which clients ignore.
		 * @param comment any text; each of its lines becomes a comment
		 * @return this builder
		 */
		public Builder comment(String comment) {
			this.comment = comment;
			return this;
		}

		/**
		 * Makes the event.
		 * @return the event
		 * @throws IllegalArgumentException if nothing was set that could be sent
		 */
		public Event build() {
			if (this.data == null && this.id == null && this.retry == null && this.comment == null) {
				throw new IllegalArgumentException("An event must have data, an id, a reconnection time or a comment; "
						+ "use data(\"\") for an event with empty data");
			}
			return new Event(this);
		}

		private static boolean isSurrogate(int codePoint) {
			return Character.getType(codePoint) == Character.SURROGATE;
		}

		private static void refuseLineBreak(String field, String value) {
			if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
				throw new IllegalArgumentException("The " + field + " of an event must not contain a line break, "
						+ "since it would end the field; got " + LogSanitizer.quote(value));
			}
		}

	}

}
