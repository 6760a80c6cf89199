package io.eventsource.engine.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

import io.eventsource.DataWriter;
import io.eventsource.Event;
import io.eventsource.GapCause;
import io.eventsource.LogSanitizer;
import io.eventsource.engine.runtime.TypeWarnings;
import org.jspecify.annotations.Nullable;

/**
 * Writes events in the grammar of the WHATWG HTML standard, section 9.2.5. The only place
 * that knows it.
 */
public final class FrameEncoder {

	private static final byte[] HEARTBEAT = ":\n".getBytes(StandardCharsets.US_ASCII);

	/** More bytes than a gap event has whose type is of a usual length. */
	public static final int MAX_GAP = 256;

	private final DataWriter writer;

	private final TypeWarnings warnings;

	private final int maxEventSize;

	private final boolean keepsEvents;

	/** Whether ids are given by what the events come from, and not by the publisher. */
	private final boolean foreignIds;

	/** What follows the ids that the publisher gives. */
	private final String idSuffix;

	public FrameEncoder(DataWriter writer, int maxEventSize) {
		this(writer, maxEventSize, false, false, new TypeWarnings(), "");
	}

	/**
	 * Makes an encoder.
	 * @param keepsEvents whether filters are to be asked about the events
	 * @param foreignIds whether ids are given by what the events come from, and not by
	 * the publisher
	 * @param warnings warns of types that are no good
	 * @param idSuffix what follows the ids that the publisher gives
	 */
	public FrameEncoder(DataWriter writer, int maxEventSize, boolean keepsEvents, boolean foreignIds,
			TypeWarnings warnings, String idSuffix) {
		this.writer = writer;
		this.maxEventSize = maxEventSize;
		this.keepsEvents = keepsEvents;
		this.foreignIds = foreignIds;
		this.warnings = warnings;
		this.idSuffix = idSuffix;
	}

	/**
	 * Writes the block of an event. An empty line ends it, unless it has nothing but
	 * comments and a reconnection time, which take effect line by line: many readers take
	 * an empty line behind these for an event without data. Such an event is not given an
	 * id by what it comes from either, since an id takes effect with an empty line only.
	 * @throws IllegalArgumentException if the data cannot be written or the block is too
	 * large
	 */
	public EncodedEvent encode(Event event) {
		this.warnings.warnOnce(event.type());
		Object data = event.data();
		String text = (data != null) ? text(event, data) : null;
		BlockBuffer block = new BlockBuffer(this.maxEventSize, (text != null) ? text.length() + 64 : 64);
		String id = (event.id() != null) ? event.id() + this.idSuffix : null;
		boolean ownId = id != null && !this.foreignIds;
		boolean ended = text != null || ownId || !event.type().equals(Event.DEFAULT_TYPE);
		int own = 0;
		if (id != null && !ownId && ended) {
			block.lines("id:", id);
			own = (int) block.size();
		}
		writeFields(event, ownId ? id : null, text, block);
		if (ended) {
			block.put('\n');
		}
		if (block.size() > this.maxEventSize) {
			throw new IllegalArgumentException(event + " takes " + block.size() + " bytes, more than the "
					+ this.maxEventSize + " of max-event-size; send less, or raise the limit");
		}
		return new EncodedEvent(event, id, block.bytes(), own, this.keepsEvents);
	}

	private static void writeFields(Event event, @Nullable String id, @Nullable String text, BlockBuffer block) {
		if (event.comment() != null) {
			block.lines(":", event.comment());
		}
		if (id != null) {
			block.lines("id:", id);
		}
		if (!event.type().equals(Event.DEFAULT_TYPE)) {
			block.lines("event:", event.type());
		}
		if (event.retry() != null) {
			block.lines("retry:", Long.toString(event.retry().toMillis()));
		}
		if (text != null) {
			block.lines("data:", text);
		}
	}

	/**
	 * Whether an empty line ends a block, with which an id in it takes effect (WHATWG
	 * 9.2.6).
	 */
	static boolean isEnded(byte[] block) {
		return block.length > 1 && block[block.length - 1] == '\n' && block[block.length - 2] == '\n';
	}

	/**
	 * How many bytes an event takes in the log whose block has so many.
	 */
	public long weight(int size) {
		return EncodedEvent.weight(size, this.keepsEvents);
	}

	private String text(Event event, Object data) {
		try {
			if (data instanceof CharSequence text) {
				return Objects.requireNonNull((text.length() <= this.maxEventSize || text instanceof String)
						? text.toString() : refuseLength(text), "the text is null");
			}
			return Objects.requireNonNull(this.writer.write(data, this.maxEventSize), "the DataWriter returned null");
		}
		catch (Exception | StackOverflowError | LinkageError | AssertionError ex) {
			throw new IllegalArgumentException(
					"The data of " + event + " cannot be written: " + LogSanitizer.line(ex.getMessage()), ex);
		}
	}

	private String refuseLength(CharSequence text) {
		throw new IllegalArgumentException(
				text.length() + " characters are more than the " + this.maxEventSize + " bytes of max-event-size");
	}

	/**
	 * Completes a block to a frame of the log.
	 * @param filtered whether filters are to be asked about the event
	 * @param place the place of the event in the log
	 * @param before how many bytes the log has taken so far
	 * @param time when the event was published
	 */
	public static Frame frame(EncodedEvent encoded, boolean filtered, FramePlace place, long before, long time) {
		byte[] body = encoded.body();
		int own = encoded.own();
		if (encoded.needsId()) {
			byte[] line = ("id: " + place.id() + "\n").getBytes(StandardCharsets.US_ASCII);
			body = Arrays.copyOf(line, line.length + encoded.body().length);
			System.arraycopy(encoded.body(), 0, body, line.length, encoded.body().length);
			own = line.length;
		}
		long weight = encoded.weight() + place.suffix().length();
		FrameOrigin origin = encoded.origin();
		return new Frame(place, encoded.id(), encoded.key(), encoded.type(), filtered ? encoded.event() : null,
				before + weight, weight, body, own, time, encoded.gap(), (origin != null) ? origin.topic() : null);
	}

	/**
	 * The block that moves a client's position past events that it is not shown: an id,
	 * dispatched to nobody (WHATWG 9.2.6).
	 */
	public static byte[] checkpoint(String id) {
		return ("id: " + id + "\n\n").getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * The same for a page that is to see it, and so learns its position: a heartbeat with
	 * an id.
	 * @param heartbeat the type of the heartbeat; empty if it is a comment
	 */
	public static byte[] checkpoint(String id, String heartbeat) {
		return heartbeat.isEmpty() ? checkpoint(id)
				: ("id: " + id + "\nevent: " + heartbeat + "\ndata:\n\n").getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * What keeps an idle connection alive: a comment, which is a line between two blocks,
	 * or an event where pages are to see it. It has no id, so that the client's position
	 * stays where it is, and empty data, with which it is dispatched (WHATWG 9.2.6).
	 * @param type the type of the event; empty for the comment
	 */
	public static byte[] heartbeat(String type) {
		return type.isEmpty() ? HEARTBEAT : ("event: " + type + "\ndata:\n\n").getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * The line that tells the reconnection time. It takes effect without an empty line
	 * (WHATWG 9.2.6), and becomes a part of the block that follows, if one does.
	 */
	public static byte[] retry(Duration retry) {
		return ("retry: " + retry.toMillis() + "\n").getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * The event that tells a client what it cannot be given. It has no id, so that the
	 * client's position stays where it is.
	 * @param type the type of the event; empty if clients are not to be told
	 */
	public static byte[] gap(String type, GapCause cause, @Nullable Long missed) {
		return gap(type, cause, missed, null);
	}

	/**
	 * The same for a client that watches several topics.
	 * @param topic the topic whose events are missing; {@code null} if there is but one
	 */
	public static byte[] gap(String type, GapCause cause, @Nullable Long missed, @Nullable String topic) {
		if (type.isEmpty()) {
			return new byte[0];
		}
		return ("event: " + type + "\ndata: {\"cause\":\"" + cause.name().toLowerCase(Locale.ROOT) + "\""
				+ ((missed != null) ? ",\"missed\":" + missed : "")
				// A topic has no other character that JSON escapes
				+ ((topic != null) ? ",\"topic\":\"" + topic.replace("\"", "\\\"") + "\"" : "") + "}\n\n")
			.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * The id of the last block of a personal stream, by which the stream is known to be
	 * over if the client comes back.
	 */
	public static String endId(String epoch) {
		return epoch + Event.END_OF_STREAM;
	}

	/**
	 * Whether an id is that of the last block of a personal stream.
	 */
	public static boolean isEnd(String id) {
		return id.endsWith(Event.END_OF_STREAM);
	}

}
