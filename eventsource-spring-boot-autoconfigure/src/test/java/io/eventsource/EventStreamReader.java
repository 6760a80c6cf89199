package io.eventsource;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream as WHATWG HTML, section 9.2.6 "Interpreting an event stream",
 * tells a client to, one byte at a time, and does nothing else. Knows nothing of the code
 * under test, so that it can be the oracle of the wire format. Thread-safe: one thread
 * may feed while another looks.
 */
public final class EventStreamReader {

	private static final byte[] BOM = { (byte) 0xEF, (byte) 0xBB, (byte) 0xBF };

	private final ByteArrayOutputStream line = new ByteArrayOutputStream();

	private boolean firstLine = true;

	private boolean afterCarriageReturn;

	private final StringBuilder data = new StringBuilder();

	private String type = "";

	private String lastEventIdBuffer = "";

	private String lastEventId = "";

	private @Nullable Duration reconnectionTime;

	private final List<Received> events = new ArrayList<>();

	private final List<String> comments = new ArrayList<>();

	/**
	 * Takes the next byte of the stream.
	 * @param next the byte
	 */
	public synchronized void feed(byte next) {
		boolean secondHalfOfLineEnd = this.afterCarriageReturn && next == '\n';
		this.afterCarriageReturn = next == '\r';
		if (secondHalfOfLineEnd) {
			return;
		}
		if (next == '\r' || next == '\n') {
			endLine();
		}
		else {
			this.line.write(next);
		}
	}

	/**
	 * Takes the next bytes of the stream.
	 * @param bytes the bytes
	 */
	public void feed(byte[] bytes) {
		feed(bytes, 0, bytes.length);
	}

	/**
	 * Takes the next bytes of the stream.
	 * @param bytes the array
	 * @param offset where the bytes start
	 * @param length how many they are
	 */
	public synchronized void feed(byte[] bytes, int offset, int length) {
		for (int i = offset; i < offset + length; i++) {
			feed(bytes[i]);
		}
	}

	/**
	 * Returns the events dispatched so far.
	 * @return a copy
	 */
	public synchronized List<Received> events() {
		return List.copyOf(this.events);
	}

	/**
	 * How many events have been dispatched so far.
	 */
	public synchronized int count() {
		return this.events.size();
	}

	/**
	 * Returns the comments read so far, without their colon and the one space behind it.
	 * @return a copy
	 */
	public synchronized List<String> comments() {
		return List.copyOf(this.comments);
	}

	/**
	 * Returns what a client would send as {@code Last-Event-ID} if the stream ended here.
	 * @return the id, empty if there is none
	 */
	public synchronized String lastEventId() {
		return this.lastEventId;
	}

	/**
	 * Returns the reconnection time that the stream has set.
	 * @return the time, or {@code null} if it has set none
	 */
	public synchronized @Nullable Duration reconnectionTime() {
		return this.reconnectionTime;
	}

	private void endLine() {
		// A line end never is a part of another character, so that each line can be
		// decoded by itself
		byte[] bytes = this.line.toByteArray();
		this.line.reset();
		int start = (this.firstLine && startsWithByteOrderMark(bytes)) ? BOM.length : 0;
		this.firstLine = false;
		String text = new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8);
		int colon = text.indexOf(':');
		if (text.isEmpty()) {
			dispatch();
		}
		else if (colon == 0) {
			this.comments.add(withoutLeadingSpace(text.substring(1)));
		}
		else if (colon > 0) {
			field(text.substring(0, colon), withoutLeadingSpace(text.substring(colon + 1)));
		}
		else {
			field(text, "");
		}
	}

	private static boolean startsWithByteOrderMark(byte[] bytes) {
		return bytes.length >= BOM.length && bytes[0] == BOM[0] && bytes[1] == BOM[1] && bytes[2] == BOM[2];
	}

	private static String withoutLeadingSpace(String value) {
		return value.startsWith(" ") ? value.substring(1) : value;
	}

	private void field(String name, String value) {
		switch (name) {
			case "event" -> this.type = value;
			case "data" -> this.data.append(value).append('\n');
			case "id" -> {
				if (value.indexOf('\0') < 0) {
					this.lastEventIdBuffer = value;
				}
			}
			case "retry" -> {
				if (value.matches("[0-9]+")) {
					this.reconnectionTime = Duration.ofMillis(Long.parseLong(value));
				}
			}
			default -> {
				// The field is ignored
			}
		}
	}

	private void dispatch() {
		this.lastEventId = this.lastEventIdBuffer;
		if (!this.data.isEmpty()) {
			this.events.add(new Received(this.type.isEmpty() ? "message" : this.type,
					this.data.substring(0, this.data.length() - 1), this.lastEventId));
		}
		this.data.setLength(0);
		this.type = "";
	}

	/**
	 * An event as a client dispatches it.
	 *
	 * @param type the type
	 * @param data the data
	 * @param lastEventId the last event id of the stream at that moment
	 */
	public record Received(String type, String data, String lastEventId) {

	}

}
