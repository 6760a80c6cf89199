package io.eventsource.engine;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.eventsource.StreamSnapshot;
import io.eventsource.StreamSnapshot.State;
import org.jspecify.annotations.Nullable;

/**
 * What streams have counted that have ended, so that counts go on where an application is
 * stopped and started again. Not thread-safe.
 */
final class StreamCounts {

	private final Map<String, StreamSnapshot> ended = new HashMap<>();

	/** Those that are about to end, which count to their last moment. */
	private Collection<StreamFamily> ending = List.of();

	/**
	 * Counts on while streams end.
	 */
	void begin(Collection<StreamFamily> streams) {
		this.ending = streams;
	}

	/**
	 * Keeps what streams have counted, which have ended now.
	 */
	void end(Collection<StreamFamily> streams) {
		for (StreamFamily stream : streams) {
			this.ended.put(stream.name(), add(closed(stream.snapshot()), this.ended.get(stream.name())));
		}
		if (this.ending == streams) {
			this.ending = List.of();
		}
	}

	/**
	 * Adds what was counted before.
	 */
	StreamSnapshot with(StreamSnapshot current) {
		return add(current, before(current.name()));
	}

	/**
	 * What was counted before; {@code null} if nothing ever was.
	 */
	@Nullable StreamSnapshot before(String name) {
		StreamSnapshot before = this.ended.get(name);
		for (StreamFamily stream : this.ending) {
			if (stream.name().equals(name)) {
				before = add(closed(stream.snapshot()), before);
			}
		}
		return before;
	}

	private static StreamSnapshot closed(StreamSnapshot last) {
		return new StreamSnapshot(last.name(), State.CLOSED, 0, last.published(), last.delivered(), last.bytes(),
				last.skipped(), last.filtered(), last.replayed(), 0, last.restarts());
	}

	/**
	 * Adds to a stream what another has counted, and, unless it is closed, its clients.
	 */
	static StreamSnapshot add(StreamSnapshot one, @Nullable StreamSnapshot other) {
		if (other == null) {
			return one;
		}
		boolean over = other.state() == State.CLOSED;
		return new StreamSnapshot(one.name(), one.state(), one.clients() + (over ? 0 : other.clients()),
				one.published() + other.published(), one.delivered() + other.delivered(), one.bytes() + other.bytes(),
				one.skipped() + other.skipped(), one.filtered() + other.filtered(), one.replayed() + other.replayed(),
				over ? one.greatestLag() : Math.max(one.greatestLag(), other.greatestLag()),
				one.restarts() + other.restarts());
	}

}
