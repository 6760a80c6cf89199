package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * An event whose block is written, but for the id that the log may have to give it.
 *
 * @param event the event
 * @param body the block, up to and with its empty line
 * @param gap why events are missing in this place, where the block says just that;
 * {@code null} for an event of the publisher's
 */
record EncodedEvent(Event event, byte[] body, @Nullable GapCause gap) {

	private static final Event CONTROL = Event.builder().comment("").build();

	EncodedEvent(Event event, byte[] body) {
		this(event, body, null);
	}

	/**
	 * Makes a block that tells clients that events are missing, which no filter is asked
	 * about.
	 * @param body the block; empty if clients are not to be told
	 */
	static EncodedEvent gap(GapCause cause, byte[] body) {
		return new EncodedEvent(CONTROL, body, cause);
	}

	boolean isControl() {
		return this.gap != null;
	}

	/**
	 * How many bytes the event takes in the log, at least.
	 */
	int weight() {
		return this.body.length;
	}

	/**
	 * Whether clients are to remember the place of this event. A block without data is
	 * dispatched to nobody and needs no id.
	 */
	boolean needsId() {
		return this.event.id() == null && this.event.data() != null;
	}

	/**
	 * What the event is about: its key, else its type; {@code null} without data.
	 */
	@Nullable String key() {
		if (this.event.data() == null) {
			return null;
		}
		return (this.event.key() != null) ? "key:" + this.event.key() : "type:" + this.event.type();
	}

}
