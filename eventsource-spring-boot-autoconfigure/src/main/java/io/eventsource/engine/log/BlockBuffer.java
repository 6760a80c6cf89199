package io.eventsource.engine.log;

import java.util.Arrays;

/**
 * The bytes of a block that is being written, field by field (WHATWG HTML, section
 * 9.2.5). It grows up to the limit and counts beyond it, so that an event too large can
 * be named with its size but never takes the memory.
 */
final class BlockBuffer {

	private final int limit;

	private byte[] bytes;

	private long size;

	BlockBuffer(int limit, int expected) {
		this.limit = limit;
		this.bytes = new byte[Math.min(limit, expected)];
	}

	/**
	 * Writes a field once for each line of its value. A line ends with CR, LF or CRLF,
	 * and with nothing else that Unicode calls a line separator.
	 */
	void lines(String field, String value) {
		begin(field);
		int length = value.length();
		for (int i = 0; i < length; i++) {
			char c = value.charAt(i);
			if (c == '\n' || c == '\r') {
				if (c == '\r' && i + 1 < length && value.charAt(i + 1) == '\n') {
					i++;
				}
				put('\n');
				begin(field);
			}
			else if (c < 0x80) {
				put(c);
			}
			else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(value.charAt(i + 1))) {
				putCodePoint(Character.toCodePoint(c, value.charAt(++i)));
			}
			else {
				putCodePoint(Character.isSurrogate(c) ? 0xFFFD : c);
			}
		}
		put('\n');
	}

	private void begin(String field) {
		for (int i = 0; i < field.length(); i++) {
			put(field.charAt(i));
		}
		put(' ');
	}

	private void putCodePoint(int c) {
		if (c < 0x800) {
			put(0xC0 | c >> 6);
		}
		else {
			if (c < 0x10000) {
				put(0xE0 | c >> 12);
			}
			else {
				put(0xF0 | c >> 18);
				put(0x80 | c >> 12 & 0x3F);
			}
			put(0x80 | c >> 6 & 0x3F);
		}
		put(0x80 | c & 0x3F);
	}

	void put(int b) {
		if (this.size < this.limit) {
			if (this.size == this.bytes.length) {
				this.bytes = Arrays.copyOf(this.bytes, (int) Math.min(this.limit, this.bytes.length * 2L + 64));
			}
			this.bytes[(int) this.size] = (byte) b;
		}
		this.size++;
	}

	/**
	 * How many bytes the block has, with those beyond the limit.
	 */
	long size() {
		return this.size;
	}

	byte[] bytes() {
		return Arrays.copyOf(this.bytes, (int) this.size);
	}

}
