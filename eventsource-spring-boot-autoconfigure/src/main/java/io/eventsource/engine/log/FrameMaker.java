package io.eventsource.engine.log;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Makes the frames of a log. Used under the monitor of the log's memory.
 */
final class FrameMaker {

	private final LogIds ids;

	private final boolean filtered;

	private final LongSupplier clock;

	/**
	 * Creates a maker.
	 * @param filtered whether the events themselves are kept, for filters to look at
	 * @param clock the clock of the dispatcher
	 */
	FrameMaker(LogIds ids, boolean filtered, LongSupplier clock) {
		this.ids = ids;
		this.filtered = filtered;
		this.clock = clock;
	}

	/**
	 * Makes the frame of an event.
	 * @param position the position in the log
	 * @param before how many bytes the log has taken so far
	 */
	Frame make(EncodedEvent encoded, long position, long before) {
		return FrameEncoder.frame(encoded, this.filtered, this.ids.take(position, encoded.origin()), before,
				this.clock.getAsLong());
	}

	/**
	 * Makes the frames of events that come before the first: of as many of the last of
	 * them as there is room for.
	 * @param capacity for how many events there is room
	 * @param limit for how many bytes there is room
	 */
	List<Frame> before(List<EncodedEvent> older, int capacity, long limit) {
		int first = older.size();
		long bytes = 0;
		while (first > 0 && older.size() - first < capacity && bytes + weight(older.get(first - 1)) <= limit) {
			first--;
			bytes += weight(older.get(first));
		}
		List<Frame> frames = new ArrayList<>();
		long before = -bytes;
		for (int i = first; i < older.size(); i++) {
			Frame frame = make(older.get(i), i - older.size(), before);
			before = frame.end();
			frames.add(frame);
		}
		return frames;
	}

	private long weight(EncodedEvent encoded) {
		return encoded.weight() + this.ids.suffix().length();
	}

}
