package io.eventsource;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * One event of a stream, as a publisher emits it. Immutable if its data is.
 * <p>
 * Values that would break the wire format (WHATWG HTML, section 9.2 "Server-sent events")
 * are rejected when the event is created, and never stripped: a line break in an id or a
 * type would end the line, and what follows would be read as further fields or as another
 * event.
 */
public final class Event {

	/** The type that a client assumes if an event names none. */
	public static final String DEFAULT_TYPE = "message";

	/** The maximum number of characters of an id, which clients send in a header. */
	public static final int MAX_ID_LENGTH = EventRules.MAX_LENGTH;

	/** The suffix of the ids by which clients show that they have all of a stream. */
	public static final String END_OF_STREAM = EventRules.END_OF_STREAM;

	/** About how many bytes the JVM takes for an event beside its text. */
	private static final int OVERHEAD = 128;

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
	 * Creates an event of the default type.
	 * @param data text, which is sent as it is, or any object, which is sent as JSON
	 * @return the event
	 */
	public static Event of(Object data) {
		return builder().data(data).build();
	}

	/**
	 * Creates an event of the given type.
	 * @param type the type that clients listen to
	 * @param data text, which is sent as it is, or any object, which is sent as JSON
	 * @return the event
	 * @throws IllegalArgumentException if the type contains a line break
	 */
	public static Event of(String type, Object data) {
		return builder().type(type).data(data).build();
	}

	/**
	 * Starts an empty event.
	 * @return a new builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Returns the id of the event.
	 * @return the id, or {@code null} if the stream assigns one
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
	 * Returns the data. Only an event with data is dispatched in a client; one without
	 * data may still carry an id, a reconnection time or a comment.
	 * @return the data, or {@code null} for none
	 */
	public @Nullable Object data() {
		return this.data;
	}

	/**
	 * Returns the key of the event, which says what it is about, such as the name of the
	 * thing that has changed. The key is not sent.
	 * @return the key, or {@code null} for none
	 */
	public @Nullable String key() {
		return this.key;
	}

	/**
	 * Returns the reconnection time that clients use from then on.
	 * @return the reconnection time, or {@code null} if it does not change
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

	/**
	 * Returns about how many bytes the event takes in memory. Data counts only if it is
	 * text, since the size of other data is not known before it is written.
	 * @return the number of bytes
	 */
	public long size() {
		long text = (this.data instanceof CharSequence characters) ? characters.length() : 0;
		return OVERHEAD + text + ((this.comment != null) ? this.comment.length() : 0);
	}

	@Override
	public String toString() {
		return "Event[type=" + LogSanitizer.quote(this.type)
				+ ((this.id != null) ? ", id=" + LogSanitizer.quote(this.id) : "")
				+ ((this.data != null) ? ", data of " + this.data.getClass().getName() : "") + "]";
	}

	/**
	 * Builds an {@link Event}. Each setter rejects what the wire format cannot carry. Not
	 * thread-safe.
	 */
	public static final class Builder {

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
		 * @param id the id, which must not be blank, begin or end with a blank, contain
		 * control characters or halves of surrogate pairs, end with
		 * {@value Event#END_OF_STREAM}, or be longer than {@value Event#MAX_ID_LENGTH}
		 * characters. Not all clients can send characters other than ASCII
		 * @return this builder
		 * @throws IllegalArgumentException if a client could not keep the id or could not
		 * send it back
		 */
		public Builder id(String id) {
			EventRules.checkId(id);
			this.id = id;
			return this;
		}

		/**
		 * Sets the type. Browsers pass events of the types {@code open} and {@code error}
		 * to the handlers of their own events of that name, too.
		 * @param type the type, without line breaks; empty for the default type
		 * @return this builder
		 * @throws IllegalArgumentException if the type contains a line break
		 */
		public Builder type(String type) {
			EventRules.checkType(type);
			this.type = type.isEmpty() ? DEFAULT_TYPE : type;
			return this;
		}

		/**
		 * Sets the data.
		 * @param data text (any {@link CharSequence}), which is sent as it is and whose
		 * line ends (CR, LF or CRLF) arrive as LF, or any other object, which is sent as
		 * JSON
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
		 * Sets what the event is about, so that a newer event with the same key can
		 * replace it for a client that lags behind.
		 * @param key the key, of at most {@value Event#MAX_ID_LENGTH} characters
		 * @return this builder
		 * @throws IllegalArgumentException if the key is longer
		 */
		public Builder key(String key) {
			EventRules.checkKey(key);
			this.key = key;
			return this;
		}

		/**
		 * Sets the reconnection time that clients use from then on.
		 * @param retry a time that is not negative, in whole milliseconds
		 * @return this builder
		 * @throws IllegalArgumentException if the time is negative or has a fraction of a
		 * millisecond
		 */
		public Builder retry(Duration retry) {
			EventRules.checkRetry(retry);
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
		 * Creates the event.
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

	}

}
