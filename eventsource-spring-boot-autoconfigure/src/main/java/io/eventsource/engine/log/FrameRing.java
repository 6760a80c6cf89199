package io.eventsource.engine.log;

import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The frames of a log by their positions. It grows as more of them are kept, so that a
 * log takes memory for what it has and not for what it may have, and never shrinks.
 * <p>
 * Changed under the lock of the log; read by any thread. A reader that still looks into
 * the smaller array finds what was in the log when it knew the position.
 */
final class FrameRing {

	private static final int FIRST = 16;

	private final int capacity;

	private volatile AtomicReferenceArray<@Nullable Frame> frames;

	/**
	 * Makes an empty ring.
	 * @param capacity how many frames it may keep, at least 1
	 */
	FrameRing(int capacity) {
		this.capacity = capacity;
		this.frames = new AtomicReferenceArray<>(Math.min(FIRST, capacity));
	}

	/**
	 * How many frames it may keep.
	 */
	int capacity() {
		return this.capacity;
	}

	/**
	 * Makes the ring so large that the frames between two positions have room beside each
	 * other, as far as it may grow. Changes nothing if there is no memory for that.
	 * @param head the first position
	 * @param tail the position behind the last
	 */
	void makeRoom(long head, long tail) {
		AtomicReferenceArray<@Nullable Frame> old = this.frames;
		long needed = Math.min(tail - head, this.capacity);
		if (needed <= old.length()) {
			return;
		}
		int length = (int) Math.min(Math.max(needed, 2L * old.length()), this.capacity);
		AtomicReferenceArray<@Nullable Frame> larger = new AtomicReferenceArray<>(length);
		for (int i = 0; i < old.length(); i++) {
			Frame frame = old.get(i);
			if (frame != null) {
				larger.setPlain(slot(frame.sequence(), larger), frame);
			}
		}
		this.frames = larger;
	}

	/**
	 * Puts a frame, or none, in the place of a position.
	 */
	void set(long position, @Nullable Frame frame) {
		AtomicReferenceArray<@Nullable Frame> current = this.frames;
		current.set(slot(position, current), frame);
	}

	/**
	 * What is in the place of a position: its frame, another one or none.
	 */
	@Nullable Frame get(long position) {
		AtomicReferenceArray<@Nullable Frame> current = this.frames;
		return current.get(slot(position, current));
	}

	private static int slot(long position, AtomicReferenceArray<?> frames) {
		return Math.floorMod(position, frames.length());
	}

}
