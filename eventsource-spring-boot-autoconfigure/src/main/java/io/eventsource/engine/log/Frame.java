package io.eventsource.engine.log;

import io.eventsource.Event;
import io.eventsource.GapCause;
import org.jspecify.annotations.Nullable;

/**
 * One event as it goes over the wire to every client, with its place in the log.
 */
public final class Frame {

	private final long sequence;

	private final long number;

	private final @Nullable String id;

	private final @Nullable String key;

	private final @Nullable String type;

	private final @Nullable Event event;

	private final long end;

	private final long weight;

	private final byte[] bytes;

	private final int own;

	private final long time;

	private final @Nullable GapCause gap;

	private final @Nullable String topic;

	private volatile boolean overtaken;

	/**
	 * Makes a frame.
	 * @param place the place in the log
	 * @param id the id that the publisher gave the event; {@code null} where the stream
	 * did
	 * @param key what a newer event must be about to overtake this one; {@code null} if
	 * none can
	 * @param type the type of the event; {@code null} if it has no data and is dispatched
	 * to nobody
	 * @param event the event, where filters are to be asked about it
	 * @param end how many bytes the log had taken in all, with this frame
	 * @param weight how many of them this frame takes
	 * @param bytes the block, up to and with its empty line, if it has one; never changed
	 * @param own where the publisher's own part of the block begins
	 * @param time when it was published, by the clock of the dispatcher
	 * @param gap why events are missing here, where the frame says just that
	 * @param topic the topic of the log that it was taken from; {@code null} if it is new
	 */
	Frame(FramePlace place, @Nullable String id, @Nullable String key, @Nullable String type, @Nullable Event event,
			long end, long weight, byte[] bytes, int own, long time, @Nullable GapCause gap, @Nullable String topic) {
		this.sequence = place.sequence();
		this.number = place.number();
		this.id = id;
		this.key = key;
		this.type = type;
		this.event = event;
		this.end = end;
		this.weight = weight;
		this.bytes = bytes;
		this.own = own;
		this.time = time;
		this.gap = gap;
		this.topic = topic;
	}

	public long sequence() {
		return this.sequence;
	}

	/**
	 * The number in the sequence by which the log gives ids.
	 */
	public long number() {
		return this.number;
	}

	public @Nullable String id() {
		return this.id;
	}

	public @Nullable String key() {
		return this.key;
	}

	public @Nullable String type() {
		return this.type;
	}

	public @Nullable Event event() {
		return this.event;
	}

	long end() {
		return this.end;
	}

	public long weight() {
		return this.weight;
	}

	public byte[] bytes() {
		return this.bytes;
	}

	/**
	 * Where the publisher's own part of the block begins: behind the id, if it was not
	 * the publisher that gave it.
	 */
	int ownOffset() {
		return this.own;
	}

	public long time() {
		return this.time;
	}

	/**
	 * Whether a client that is sent this frame knows its place in the stream by the id.
	 */
	public boolean tellsPlace() {
		return this.type != null || (this.id != null && FrameEncoder.isEnded(this.bytes));
	}

	/**
	 * Why events are missing in this place; {@code null} if none are.
	 */
	public @Nullable GapCause gap() {
		return this.gap;
	}

	/**
	 * The topic of the log that it was taken from; {@code null} if it is new.
	 */
	public @Nullable String topic() {
		return this.topic;
	}

	/**
	 * Whether the log has a newer event about the same.
	 */
	public boolean isOvertaken() {
		return this.overtaken;
	}

	void overtake() {
		this.overtaken = true;
	}

}
