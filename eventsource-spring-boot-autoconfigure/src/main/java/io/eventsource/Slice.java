package io.eventsource;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What is written to a client in one go: consecutive frames of a log, as many as have
 * piled up and take no more than {@value #MAX_BYTES} bytes, or one frame that may be
 * larger, or a block that has no place in the log.
 *
 * @param from the position of the first frame
 * @param bytes the bytes, never changed
 * @param next the position after the slice
 * @param count how many events it has
 * @param hidden how many events it leaves out because the client may not see them
 * @param gaps the causes of the gaps that it tells of
 */
record Slice(long from, byte[] bytes, long next, int count, int hidden, List<GapCause> gaps) {

	static final int MAX_BYTES = 64 * 1024;

	/**
	 * Takes what follows a position.
	 * @param conflating whether to leave out what a newer event has overtaken
	 * @param positions whether events that the publisher gave no id have that of the
	 * stream
	 * @return the slice, or {@code null} if the frame there has left the log
	 */
	static @Nullable Slice of(EventLog log, long position, boolean conflating, boolean positions) {
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
				if (length > 0 && length + frame.bytes().length > MAX_BYTES) {
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
	 * Joins frames.
	 * @param positions whether events that the publisher gave no id have that of the
	 * stream
	 */
	static Slice of(long from, List<Frame> frames, long next, int hidden, boolean positions) {
		boolean whole = positions && frames.size() == 1;
		return new Slice(from, whole ? frames.get(0).bytes() : join(frames, positions), next, frames.size(), hidden,
				gaps(frames));
	}

	private static List<GapCause> gaps(List<Frame> frames) {
		List<GapCause> gaps = List.of();
		for (Frame frame : frames) {
			GapCause gap = frame.gap();
			if (gap != null) {
				gaps = gaps.isEmpty() ? new ArrayList<>() : gaps;
				gaps.add(gap);
			}
		}
		return gaps;
	}

	private static byte[] join(List<Frame> frames, boolean positions) {
		byte[] bytes = new byte[frames.stream().mapToInt((frame) -> length(frame, positions)).sum()];
		int filled = 0;
		for (Frame frame : frames) {
			int length = length(frame, positions);
			System.arraycopy(frame.bytes(), frame.bytes().length - length, bytes, filled, length);
			filled += length;
		}
		return bytes;
	}

	private static int length(Frame frame, boolean positions) {
		return frame.bytes().length - (positions ? 0 : frame.ownOffset());
	}

	/**
	 * Takes a block that has no place in the log, such as a heartbeat.
	 */
	static Slice of(byte[] block, long position) {
		return new Slice(position, block, position, 0, 0, List.of());
	}

}
