package io.eventsource.engine.log;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The frames of a log by their positions, from the oldest kept to the newest. It grows as
 * more of them are kept, so that a log takes memory for what it has and not for what it
 * may have, and never shrinks.
 * <p>
 * Changed under the monitor of the log's memory; read by any thread. A reader that is
 * overtaken while it reads finds another frame, or none, in the slot, and knows it by the
 * sequence number. One that still looks into the smaller array finds what was in the log
 * when it knew the position.
 */
final class FrameRing {

	private static final int FIRST = 2;

	private final int capacity;

	private volatile AtomicReferenceArray<@Nullable Frame> frames;

	private volatile long head;

	private volatile long tail;

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
	 * The position of the oldest frame.
	 */
	long head() {
		return this.head;
	}

	/**
	 * The position of the frame that will come next.
	 */
	long tail() {
		return this.tail;
	}

	boolean isEmpty() {
		return this.head == this.tail;
	}

	boolean isFull() {
		return this.tail - this.head >= this.capacity;
	}

	/**
	 * The frame at a position below the tail, or {@code null} if it has left.
	 */
	@Nullable Frame frame(long position) {
		AtomicReferenceArray<@Nullable Frame> current = this.frames;
		Frame frame = current.get(slot(position, current));
		return (frame != null && frame.sequence() == position) ? frame : null;
	}

	/**
	 * Makes room for one more frame behind the newest, as far as the ring may grow.
	 * Changes nothing if there is no memory for that.
	 */
	void makeRoom() {
		makeRoom(this.head, this.tail + 1);
	}

	private void makeRoom(long head, long tail) {
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
	 * Adds a frame behind the newest, for which there is room.
	 */
	void append(Frame frame) {
		set(frame.sequence(), frame);
		this.tail = frame.sequence() + 1;
	}

	/**
	 * Puts frames before the first position of an empty ring.
	 * @param older the frames, no more than the ring may keep
	 */
	void prepend(List<Frame> older) {
		long first = this.head - older.size();
		makeRoom(first, this.tail);
		older.forEach((frame) -> set(frame.sequence(), frame));
		this.head = first;
	}

	/**
	 * Removes the oldest frame.
	 */
	void removeFirst() {
		long position = this.head;
		// First the head, so that no reader takes an empty slot for one not yet filled
		this.head = position + 1;
		set(position, null);
	}

	private void set(long position, @Nullable Frame frame) {
		AtomicReferenceArray<@Nullable Frame> current = this.frames;
		current.set(slot(position, current), frame);
	}

	private static int slot(long position, AtomicReferenceArray<?> frames) {
		return Math.floorMod(position, frames.length());
	}

}
