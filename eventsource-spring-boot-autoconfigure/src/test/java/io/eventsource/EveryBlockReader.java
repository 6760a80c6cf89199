package io.eventsource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.eventsource.EventStreamReader.Received;

/**
 * Reads an event stream as openai-python 3.3 and httpx-sse 0.4 do, rule by rule: an empty
 * line hands out whatever has come before it, be there data or not, and once there was an
 * id, every empty line does. A byte order mark is a part of the first line.
 */
public final class EveryBlockReader {

	/** What Python's {@code int} takes. */
	private static final Pattern INTEGER = Pattern.compile("\\s*[+-]?\\d+(_\\d+)*\\s*",
			Pattern.UNICODE_CHARACTER_CLASS);

	private final List<Received> events = new ArrayList<>();

	private String type = "";

	private final List<String> data = new ArrayList<>();

	private String lastEventId = "";

	private boolean retry;

	private EveryBlockReader() {
	}

	/**
	 * Reads a whole stream.
	 * @param bytes the bytes
	 * @return what is handed out
	 */
	public static List<Received> read(byte[] bytes) {
		EveryBlockReader reader = new EveryBlockReader();
		String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\r\n|\r|\n", -1);
		// What stands behind the last line end is no line
		for (int i = 0; i < lines.length - 1; i++) {
			reader.line(lines[i]);
		}
		return reader.events;
	}

	private void line(String line) {
		if (line.isEmpty()) {
			endBlock();
		}
		else if (!line.startsWith(":")) {
			int colon = line.indexOf(':');
			String value = (colon >= 0) ? line.substring(colon + 1) : "";
			field((colon >= 0) ? line.substring(0, colon) : line, value.startsWith(" ") ? value.substring(1) : value);
		}
	}

	private void field(String name, String value) {
		switch (name) {
			case "event" -> this.type = value;
			case "data" -> this.data.add(value);
			case "id" -> this.lastEventId = (value.indexOf('\0') < 0) ? value : this.lastEventId;
			case "retry" -> this.retry |= INTEGER.matcher(value).matches();
			default -> {
				// The field is ignored
			}
		}
	}

	private void endBlock() {
		if (!this.type.isEmpty() || !this.data.isEmpty() || !this.lastEventId.isEmpty() || this.retry) {
			this.events.add(new Received(this.type.isEmpty() ? "message" : this.type, String.join("\n", this.data),
					this.lastEventId));
			this.type = "";
			this.data.clear();
			this.retry = false;
		}
	}

}
