package io.eventsource.engine.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The connections that one worker serves for one stream, and those that it has not seen
 * yet. The latter are guarded by the monitor of the list; all else belongs to the worker.
 */
final class ClientList {

	private final ArrayList<ClientCursor> cursors = new ArrayList<>();

	private final List<Arrival> arrivals = new ArrayList<>();

	/** Those that have come to the worker, and not to their place yet. */
	private final Queue<Arrival> beginning = new ArrayDeque<>();

	/** The connection that was taken out, and has not been counted off yet. */
	private @Nullable ClientCursor removed;

	/**
	 * Adds a connection. Any thread.
	 * @param tail what came next in the log when it came
	 */
	synchronized void add(ClientCursor cursor, long tail) {
		this.arrivals.add(new Arrival(cursor, tail));
	}

	/**
	 * Registers those that have come, and gives them their places, also if the thread is
	 * replaced meanwhile.
	 */
	void registerArrivals(Consumer<Arrival> begin) {
		synchronized (this) {
			// What may fail for want of memory comes first
			this.cursors.ensureCapacity(this.cursors.size() + this.arrivals.size());
			this.beginning.addAll(this.arrivals);
			this.arrivals.forEach((arrival) -> this.cursors.add(arrival.cursor()));
			this.arrivals.clear();
		}
		for (Arrival arrival = this.beginning.poll(); arrival != null; arrival = this.beginning.poll()) {
			begin.accept(arrival);
		}
	}

	/**
	 * The connections that the worker has seen.
	 */
	List<ClientCursor> cursors() {
		return this.cursors;
	}

	/**
	 * A copy of all, since this may be asked in the midst of a pass.
	 */
	synchronized List<ClientCursor> present() {
		List<ClientCursor> present = new ArrayList<>(this.cursors);
		this.arrivals.forEach((arrival) -> present.add(arrival.cursor()));
		return present;
	}

	/**
	 * The lowest position that those need which the worker has not seen yet;
	 * {@link Long#MAX_VALUE} without any.
	 */
	synchronized long demandOfArrivals() {
		long lowest = Long.MAX_VALUE;
		for (Arrival arrival : this.arrivals) {
			if (arrival.cursor().closing() == null) {
				lowest = Math.min(lowest, arrival.cursor().pace().demandPosition());
			}
		}
		return lowest;
	}

	/**
	 * Takes out a connection. The last one takes its place.
	 */
	ClientCursor remove(int index) {
		ClientCursor cursor = this.cursors.get(index);
		this.removed = cursor;
		ClientCursor last = this.cursors.remove(this.cursors.size() - 1);
		if (last != cursor) {
			this.cursors.set(index, last);
		}
		return cursor;
	}

	/**
	 * The connection that was taken out and has to be counted off, if there is one. It is
	 * handed out once.
	 */
	@Nullable ClientCursor takeRemoved() {
		ClientCursor cursor = this.removed;
		this.removed = null;
		return cursor;
	}

	/**
	 * Begins the next pass behind a connection.
	 */
	void rotate(int index) {
		if (index < this.cursors.size()) {
			Collections.rotate(this.cursors, -index - 1);
		}
	}

	/**
	 * A connection that no worker has seen yet.
	 *
	 * @param cursor the connection
	 * @param tail what came next when it came
	 */
	record Arrival(ClientCursor cursor, long tail) {

	}

}
