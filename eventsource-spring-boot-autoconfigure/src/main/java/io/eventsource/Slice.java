package io.eventsource;

import org.jspecify.annotations.Nullable;

/**
 * Consecutive frames of a log in one array, to be written to a client in one go: what has
 * piled up, up to {@value #MAX_BYTES} bytes, or a part of one larger frame.
 *
 * @param from the position of the first frame
 * @param bytes the array, never changed
 * @param offset where the slice starts in the array
 * @param length how many bytes it has
 * @param next the position after the slice
 * @param rest the frame at {@code next} if the slice ends inside it
 * @param restOffset where the slice ends inside that frame
 */
record Slice(long from, byte[] bytes, int offset, int length, long next, @Nullable Frame rest, int restOffset) {

	static final int MAX_BYTES = 64 * 1024;

	/**
	 * Takes what follows a position.
	 * @return the slice, or {@code null} if the frame there has left the log
	 */
	static @Nullable Slice of(EventLog log, long position) {
		Frame first = log.frame(position);
		if (first == null) {
			return null;
		}
		int length = first.bytes().length;
		long tail = log.tail();
		long end = position + 1;
		while (end < tail) {
			Frame frame = log.frame(end);
			if (frame == null || length + frame.bytes().length > MAX_BYTES) {
				break;
			}
			length += frame.bytes().length;
			end++;
		}
		return (end == position + 1) ? of(first, 0) : gather(log, first, length, end);
	}

	/**
	 * Takes what follows an offset in a frame.
	 */
	static Slice of(Frame frame, int offset) {
		int length = frame.bytes().length - offset;
		return (length <= MAX_BYTES)
				? new Slice(frame.sequence(), frame.bytes(), offset, length, frame.sequence() + 1, null, 0)
				: new Slice(frame.sequence(), frame.bytes(), offset, MAX_BYTES, frame.sequence(), frame,
						offset + MAX_BYTES);
	}

	/**
	 * Takes a block that has no place in the log, such as a heartbeat.
	 */
	static Slice of(byte[] block, long position) {
		return new Slice(position, block, 0, block.length, position, null, 0);
	}

	private static Slice gather(EventLog log, Frame first, int length, long end) {
		byte[] bytes = new byte[length];
		int filled = 0;
		Frame frame = first;
		while (frame != null) {
			System.arraycopy(frame.bytes(), 0, bytes, filled, frame.bytes().length);
			filled += frame.bytes().length;
			long next = frame.sequence() + 1;
			frame = (next < end) ? log.frame(next) : null;
			if (frame == null) {
				return new Slice(first.sequence(), bytes, 0, filled, next, null, 0);
			}
		}
		throw new IllegalStateException("Unreachable");
	}

}
