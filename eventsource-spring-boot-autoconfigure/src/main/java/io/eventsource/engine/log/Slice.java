package io.eventsource.engine.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What is written to a client in one go: consecutive frames of a log, as many as have
 * piled up and take no more than {@value #MAX_BYTES} bytes, or one frame that may be
 * larger, or a block that has no place in the log.
 *
 * @param from the position of the first frame
 * @param bytes the bytes, never changed
 * @param start where those begin that the client gets
 * @param next the position after the slice
 * @param count how many events it has
 * @param hidden how many events it leaves out because the client may not see them
 * @param gaps the frames that tell of gaps
 */
public record Slice(long from, byte[] bytes, int start, long next, int count, int hidden, List<Frame> gaps) {

	public static final int MAX_BYTES = 64 * 1024;

	/** How many bytes are written at once at most, so that little is not left over. */
	public static final int MAX_WRITE = MAX_BYTES + MAX_BYTES / 8;

	/**
	 * Takes what follows a position.
	 * @param conflating whether to leave out what a newer event has overtaken
	 * @param positions whether events that the publisher gave no id have that of the
	 * stream
	 * @return the slice, or {@code null} if the frame there has left the log
	 */
	public static @Nullable Slice of(EventLog log, long position, boolean conflating, boolean positions) {
		return of(log, position, conflating, positions, MAX_BYTES);
	}

	/**
	 * Takes what follows a position, up to a size that only a single frame may exceed.
	 */
	public static @Nullable Slice of(EventLog log, long position, boolean conflating, boolean positions, int size) {
		Frame frame = log.frame(position);
		if (frame == null) {
			return null;
		}
		List<Frame> frames = new ArrayList<>();
		int length = 0;
		long tail = log.tail();
		long next = position;
		while (frame != null) {
			if (!conflating || !frame.isOvertaken()) {
				if (length > 0 && length + frame.bytes().length > size) {
					break;
				}
				frames.add(frame);
				length += frame.bytes().length;
			}
			next++;
			frame = (next < tail) ? log.frame(next) : null;
		}
		return of(position, frames, next, 0, positions);
	}

	/**
	 * Joins frames. A single one is not copied, so that all clients share it.
	 * @param positions whether events that the publisher gave no id have that of the
	 * stream
	 */
	public static Slice of(long from, List<Frame> frames, long next, int hidden, boolean positions) {
		if (frames.size() == 1) {
			Frame frame = frames.get(0);
			return new Slice(from, frame.bytes(), start(frame, positions), next, 1, hidden, gaps(frames));
		}
		return new Slice(from, join(frames, positions), 0, next, frames.size(), hidden, gaps(frames));
	}

	private static List<Frame> gaps(List<Frame> frames) {
		List<Frame> gaps = List.of();
		for (Frame frame : frames) {
			if (frame.gap() != null) {
				gaps = gaps.isEmpty() ? new ArrayList<>() : gaps;
				gaps.add(frame);
			}
		}
		return gaps;
	}

	private static byte[] join(List<Frame> frames, boolean positions) {
		int length = 0;
		for (Frame frame : frames) {
			length += frame.bytes().length - start(frame, positions);
		}
		byte[] bytes = new byte[length];
		int filled = 0;
		for (Frame frame : frames) {
			int start = start(frame, positions);
			System.arraycopy(frame.bytes(), start, bytes, filled, frame.bytes().length - start);
			filled += frame.bytes().length - start;
		}
		return bytes;
	}

	private static int start(Frame frame, boolean positions) {
		return positions ? 0 : frame.ownOffset();
	}

	/**
	 * The same with something before it.
	 */
	public Slice behind(byte[] block) {
		byte[] both = Arrays.copyOf(block, block.length + length());
		System.arraycopy(this.bytes, this.start, both, block.length, length());
		return new Slice(this.from, both, 0, this.next, this.count, this.hidden, this.gaps);
	}

	/**
	 * Takes a block that has no place in the log, such as a heartbeat.
	 */
	public static Slice of(byte[] block, long position) {
		return new Slice(position, block, 0, position, 0, 0, List.of());
	}

	/**
	 * How many bytes the client gets.
	 */
	public int length() {
		return this.bytes.length - this.start;
	}

}
