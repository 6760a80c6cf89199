package io.eventsource.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.eventsource.StreamSnapshot;
import io.eventsource.TopicsSnapshot;
import io.eventsource.engine.runtime.Dispatcher;
import org.jspecify.annotations.Nullable;

/**
 * Starts and ends the streams of an application, any number of times, and keeps what they
 * have counted. Thread-safe.
 */
final class StreamLifecycle {

	private final Map<String, StreamFamilyFactory> factories;

	private final Supplier<Dispatcher> dispatchers;

	/** Guards {@link #running} where counts are read. */
	private final StreamCounts counts = new StreamCounts();

	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable RunningStreams running;

	private volatile boolean closed;

	/**
	 * Creates a lifecycle that has not begun.
	 * @param factories create the streams at each start, by name
	 * @param dispatchers creates the threads that serve the clients, at each start
	 */
	StreamLifecycle(Map<String, StreamFamilyFactory> factories, Supplier<Dispatcher> dispatchers) {
		this.factories = new LinkedHashMap<>(factories);
		this.dispatchers = dispatchers;
	}

	/**
	 * Checks that there is a stream of a name.
	 * @throws IllegalArgumentException if there is none
	 */
	void requireKnown(String name) {
		if (!this.factories.containsKey(name)) {
			throw new IllegalArgumentException(
					"There is no event stream '" + name + "'; there are " + this.factories.keySet());
		}
	}

	/**
	 * Returns the streams, which may be closing.
	 * @return the streams; {@code null} while there are none
	 */
	@Nullable RunningStreams current() {
		return this.running;
	}

	/**
	 * Creates the streams, also after they were closed.
	 */
	void start() {
		this.closed = false;
		running();
	}

	/**
	 * Returns the streams, which are created if they never were.
	 * @return the streams; {@code null} once they are being closed
	 */
	@Nullable RunningStreams running() {
		if (this.closed) {
			return null;
		}
		if (this.running == null) {
			this.lock.lock();
			try {
				if (this.running == null && !this.closed) {
					this.running = new RunningStreams(this.dispatchers.get(), this.factories);
				}
			}
			finally {
				this.lock.unlock();
			}
		}
		return this.running;
	}

	/**
	 * Lets nobody begin to use the streams any more, until the next start.
	 * @return whether that was so already
	 */
	boolean refuse() {
		boolean before = this.closed;
		this.closed = true;
		return before;
	}

	/**
	 * Ends the streams.
	 */
	void close() {
		this.closed = true;
		this.lock.lock();
		try {
			RunningStreams current = this.running;
			if (current != null) {
				end(current);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void end(RunningStreams current) {
		synchronized (this.counts) {
			this.counts.begin(current.families());
			this.running = null;
		}
		try {
			current.close();
		}
		finally {
			synchronized (this.counts) {
				this.counts.end(current.families());
			}
		}
	}

	/**
	 * Describes all streams; none while there are none.
	 */
	List<StreamSnapshot> snapshots() {
		synchronized (this.counts) {
			RunningStreams current = this.running;
			return (current != null)
					? current.families().stream().map((family) -> this.counts.with(family.snapshot())).toList()
					: List.of();
		}
	}

	/**
	 * Describes one stream, or what it has counted while it does not run.
	 */
	@Nullable StreamSnapshot snapshot(String name) {
		synchronized (this.counts) {
			StreamFamily family = find(name);
			return (family != null) ? this.counts.with(family.snapshot()) : this.counts.before(name);
		}
	}

	/**
	 * Describes the topics of one stream, or what was counted of them while it does not
	 * run.
	 */
	@Nullable TopicsSnapshot topics(String name) {
		synchronized (this.counts) {
			StreamFamily family = find(name);
			return (family != null) ? this.counts.topicsWith(family) : this.counts.topicsBefore(name);
		}
	}

	private @Nullable StreamFamily find(String name) {
		RunningStreams current = this.running;
		return (current != null) ? current.find(name) : null;
	}

}
