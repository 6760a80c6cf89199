package io.eventsource.engine.log;

import java.util.HashMap;
import java.util.Map;

/**
 * Knows which frames of a log have been overtaken: a newer one with the same key stands
 * for them. Changed under the monitor of the log's memory.
 */
final class Conflation {

	private final boolean enabled;

	private final Map<String, Frame> newestByKey;

	/** The newest frame that has left the log without having been overtaken. */
	private volatile long lost = Long.MIN_VALUE;

	/**
	 * Knows of no frames yet.
	 * @param enabled whether newer events stand for older ones in this log
	 */
	Conflation(boolean enabled) {
		this.enabled = enabled;
		this.newestByKey = enabled ? new HashMap<>() : Map.of();
	}

	boolean isEnabled() {
		return this.enabled;
	}

	/**
	 * Takes note of a new frame, which overtakes the one before it with its key.
	 */
	void add(Frame frame) {
		if (this.enabled && frame.key() != null) {
			Frame older = this.newestByKey.put(frame.key(), frame);
			if (older != null) {
				older.overtake();
			}
		}
	}

	/**
	 * Takes note that a frame leaves the log.
	 */
	void remove(Frame frame) {
		if (!this.enabled) {
			return;
		}
		if (!frame.isOvertaken()) {
			this.lost = frame.sequence();
		}
		if (frame.key() != null) {
			this.newestByKey.remove(frame.key(), frame);
		}
	}

	/**
	 * Whether a frame at a position, or behind it, has left the log for which none
	 * stands.
	 */
	boolean hasLost(long position) {
		return this.lost >= position;
	}

}
