package io.eventsource.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads the response of one client, in pieces of any size: the chunks of HTTP/1.1, and in
 * them the events, whose data begins with their number and the time at which they were
 * due. Checks that no event is missing and none comes twice.
 */
final class ResponseReader {

	private static final int NUMBER = 0;

	private static final int DUE = 1;

	private static final int REST = 2;

	private final Tally tally;

	private final StringBuilder headers = new StringBuilder();

	private boolean open;

	private boolean chunked;

	private boolean ended;

	/** What is left of the chunk, or what its size line has said so far. */
	private long left;

	private boolean inChunk;

	private boolean sized;

	/** The place in the line, whether it is data, and in which part of it. */
	private int column;

	private Line line = Line.OTHER;

	private int part;

	private long value;

	/** The event that is being read. */
	private boolean hasData;

	private long number = -1;

	private long due;

	private final StringBuilder id = new StringBuilder();

	/** The number that comes next; negative if it may be any. */
	private long next = -1;

	ResponseReader(Tally tally) {
		this.tally = tally;
	}

	/**
	 * Says which event must be the first.
	 */
	void expect(long number) {
		this.next = number;
	}

	/**
	 * Reads what has arrived.
	 * @param now when it has
	 * @throws IllegalStateException if the server does not serve a stream
	 */
	void read(byte[] bytes, int length, long now) {
		int i = 0;
		while (i < length) {
			if (!this.open) {
				header((char) bytes[i++]);
			}
			else if (!this.chunked) {
				body(bytes, i, length, now);
				i = length;
			}
			else if (this.inChunk) {
				int end = (int) Math.min(length, i + this.left);
				body(bytes, i, end, now);
				this.left -= end - i;
				this.inChunk = this.left > 0;
				i = end;
			}
			else {
				chunkSize(bytes[i++]);
			}
		}
	}

	private void header(char c) {
		this.headers.append(c);
		int length = this.headers.length();
		if (c == '\n' && length >= 4 && this.headers.substring(length - 4).equals("\r\n\r\n")) {
			String text = this.headers.toString();
			if (!text.startsWith("HTTP/1.1 200")) {
				throw new IllegalStateException("The server has answered: " + text.lines().findFirst().orElse(""));
			}
			this.open = true;
			this.chunked = text.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked");
			this.headers.setLength(0);
			this.headers.trimToSize();
		}
	}

	private void chunkSize(byte b) {
		int digit = Character.digit(b, 16);
		if (digit >= 0) {
			this.left = this.left * 16 + digit;
			this.sized = true;
		}
		else if (b == '\n' && this.sized) {
			this.sized = false;
			this.inChunk = this.left > 0;
			this.ended = this.left == 0;
		}
	}

	private void body(byte[] bytes, int from, int to, long now) {
		for (int i = from; i < to; i++) {
			byte b = bytes[i];
			if (b == '\n') {
				endLine(now);
			}
			else if (this.column == 0) {
				this.line = Line.of(b);
				this.part = NUMBER;
				this.value = -1;
				this.column = 1;
				if (this.line == Line.ID) {
					this.id.setLength(0);
				}
			}
			else {
				this.column++;
				if (this.line == Line.DATA && this.part != REST && this.column > "data:".length()) {
					data(b);
				}
				else if (this.line == Line.ID && this.column > "id:".length() && b != ' ') {
					this.id.append((char) b);
				}
			}
		}
	}

	private void data(byte b) {
		if (b >= '0' && b <= '9') {
			this.value = Math.max(0, this.value) * 10 + b - '0';
		}
		else if (b != ' ') {
			this.part = REST;
		}
		else if (this.value >= 0) {
			if (this.part == NUMBER) {
				this.number = this.value;
			}
			else {
				this.due = this.value;
			}
			this.value = -1;
			this.part++;
		}
	}

	private void endLine(long now) {
		if (this.column == 0 && this.hasData) {
			dispatch(now);
			this.hasData = false;
			this.number = -1;
		}
		else if (this.column > 0 && this.line == Line.DATA) {
			this.hasData = true;
		}
		this.column = 0;
	}

	private void dispatch(long now) {
		if (this.number < 0) {
			this.tally.other();
		}
		else if (this.next >= 0 && this.number < this.next) {
			this.tally.countRepeated();
		}
		else {
			this.tally.missing((this.next >= 0) ? this.number - this.next : 0);
			this.next = this.number + 1;
			this.tally.event(now - this.due);
		}
	}

	/**
	 * The number of the event that comes next; negative if it may be any.
	 */
	long next() {
		return this.next;
	}

	/**
	 * Whether the response has ended as it should.
	 */
	boolean hasEnded() {
		return this.ended;
	}

	/**
	 * The id of the last event, as far as it was read; empty if there was none.
	 */
	String lastId() {
		return this.id.toString();
	}

	/**
	 * What a client asks for.
	 * @param path where, below the path of all streams; empty for the only stream
	 * @param lastEventId the event to go on behind; empty for none
	 */
	static byte[] request(String path, String lastEventId) {
		return ("GET /events" + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
				+ (lastEventId.isEmpty() ? "" : "Last-Event-ID: " + lastEventId + "\r\n") + "\r\n")
			.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * The lines that are looked into. Nothing else that servers send begins like them.
	 */
	private enum Line {

		DATA, ID, OTHER;

		static Line of(byte first) {
			return switch (first) {
				case 'd' -> DATA;
				case 'i' -> ID;
				default -> OTHER;
			};
		}

	}

}
