package io.eventsource.engine.log;

import io.eventsource.Event;
import io.eventsource.GapCause;
import org.jspecify.annotations.Nullable;

/**
 * An event whose block is written, but for the id that the log may have to give it.
 *
 * @param id the id that the publisher has given it; {@code null} for none
 * @param type the type; {@code null} without data
 * @param key what the event is about: its key, else its type; {@code null} without data
 * @param event the event, where filters are to be asked about it
 * @param body the block, up to and with its empty line, if it has one
 * @param own where the publisher's own part of the block begins: behind an id that comes
 * from elsewhere
 * @param gap why events are missing in this place, where the block says just that;
 * {@code null} for an event of the publisher's
 * @param origin where it comes from, if it was taken from another log
 */
public record EncodedEvent(@Nullable String id, @Nullable String type, @Nullable String key, @Nullable Event event,
		byte[] body, int own, @Nullable GapCause gap, @Nullable FrameOrigin origin) {

	/** About how many bytes the JVM takes for a frame beside its block. */
	public static final int OVERHEAD = 128;

	/** The most bytes that the line of a generated id takes. */
	private static final int MAX_ID = 64;

	/**
	 * Makes one that does not keep the event.
	 */
	public EncodedEvent(Event event, byte[] body) {
		this(event, event.id(), body, 0, false);
	}

	/**
	 * Makes one.
	 * @param id the id that the publisher has given it, as it is sent
	 * @param own where the publisher's own part of the block begins
	 * @param kept whether filters are to be asked about the event
	 */
	public EncodedEvent(Event event, @Nullable String id, byte[] body, int own, boolean kept) {
		this(id, (event.data() != null) ? event.type() : null, key(event), kept ? event : null, body, own, null, null);
	}

	private static @Nullable String key(Event event) {
		if (event.data() == null) {
			return null;
		}
		return (event.key() != null) ? "key:" + event.key() : "type:" + event.type();
	}

	/**
	 * Makes a block that tells clients that events are missing, which no filter is asked
	 * about.
	 * @param body the block; empty if clients are not to be told
	 */
	public static EncodedEvent gap(GapCause cause, byte[] body) {
		return new EncodedEvent(null, null, null, null, body, 0, cause, null);
	}

	/**
	 * Makes one of the event of another log, whose block both share.
	 */
	public static EncodedEvent of(Frame frame, FrameOrigin origin) {
		return new EncodedEvent(frame.id(), frame.type(), frame.key(), frame.event(), frame.bytes(), frame.ownOffset(),
				null, origin);
	}

	/**
	 * Makes a gap in the events of another log.
	 * @param body the block; empty if clients are not to be told
	 */
	public static EncodedEvent gap(GapCause cause, byte[] body, FrameOrigin origin) {
		return new EncodedEvent(null, null, null, null, body, 0, cause, origin);
	}

	/**
	 * How many bytes the event takes in memory, about. What it was made of is taken to be
	 * as large as its block, where it is kept.
	 */
	public long weight() {
		return weight(this.body.length, this.event != null) + ((this.id != null) ? this.id.length() : 0);
	}

	/** An id, too, whether the event has it or is given it by the log. */
	public static long weight(int size, boolean kept) {
		return kept ? 2L * size + 2 * OVERHEAD + MAX_ID : size + (long) OVERHEAD + MAX_ID;
	}

	/**
	 * Whether clients are to remember the place of this event. A block without data is
	 * dispatched to nobody and needs no id.
	 */
	boolean needsId() {
		return this.id == null && this.type != null && this.origin == null;
	}

}
