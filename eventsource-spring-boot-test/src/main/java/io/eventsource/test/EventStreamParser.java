package io.eventsource.test;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream as WHATWG HTML, section 9.2.6 "Interpreting an event stream",
 * tells a client to, one byte at a time. For one thread at a time.
 */
final class EventStreamParser {

	private static final String BYTE_ORDER_MARK = "\uFEFF";

	private final ByteArrayOutputStream line = new ByteArrayOutputStream();

	private final StringBuilder data = new StringBuilder();

	private final List<TestEvent> events = new ArrayList<>();

	private final List<String> comments = new ArrayList<>();

	private boolean firstLine = true;

	private boolean afterCarriageReturn;

	private String type = "";

	private String idBuffer = "";

	private String lastEventId;

	private @Nullable Duration retry;

	EventStreamParser(String lastEventId) {
		this.lastEventId = lastEventId;
		this.idBuffer = lastEventId;
	}

	List<TestEvent> events() {
		return this.events;
	}

	List<String> comments() {
		return this.comments;
	}

	String lastEventId() {
		return this.lastEventId;
	}

	@Nullable Duration retry() {
		return this.retry;
	}

	void feed(byte[] bytes, int length) {
		for (int i = 0; i < length; i++) {
			feed(bytes[i]);
		}
	}

	private void feed(byte next) {
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

	private void endLine() {
		String text = this.line.toString(StandardCharsets.UTF_8);
		this.line.reset();
		if (this.firstLine && text.startsWith(BYTE_ORDER_MARK)) {
			text = text.substring(1);
		}
		this.firstLine = false;
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

	private static String withoutLeadingSpace(String value) {
		return value.startsWith(" ") ? value.substring(1) : value;
	}

	private void field(String name, String value) {
		switch (name) {
			case "event" -> this.type = value;
			case "data" -> this.data.append(value).append('\n');
			case "id" -> this.idBuffer = (value.indexOf('\0') < 0) ? value : this.idBuffer;
			case "retry" ->
				this.retry = value.matches("[0-9]+") ? Duration.ofMillis(Long.parseLong(value)) : this.retry;
			default -> {
				// The specification has a client ignore it
			}
		}
	}

	private void dispatch() {
		this.lastEventId = this.idBuffer;
		if (!this.data.isEmpty()) {
			this.events.add(new TestEvent(this.type.isEmpty() ? TestEvent.MESSAGE : this.type,
					this.data.substring(0, this.data.length() - 1), this.lastEventId));
		}
		this.data.setLength(0);
		this.type = "";
	}

}
