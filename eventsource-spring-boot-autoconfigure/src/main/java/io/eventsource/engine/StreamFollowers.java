package io.eventsource.engine;

import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.engine.log.LogFollower;
import io.eventsource.engine.log.LogFollowers;
import io.eventsource.engine.runtime.Worker;

/**
 * The connections that take the events of a stream together with those of others. Each
 * counts as a client of the stream. Thread-safe.
 */
final class StreamFollowers {

	private final LogFollowers followers;

	private final ClientCount count;

	private final Worker worker;

	private final Runnable replenish;

	private final Runnable onIdle;

	private final AtomicBoolean replenishing = new AtomicBoolean();

	private final Worker.Task task = this::replenishNow;

	/**
	 * Begins without followers.
	 * @param replenish asks the publisher for more
	 * @param onIdle called when the last client has gone
	 */
	StreamFollowers(LogFollowers followers, ClientCount count, Worker worker, Runnable replenish, Runnable onIdle) {
		this.followers = followers;
		this.count = count;
		this.worker = worker;
		this.replenish = replenish;
		this.onIdle = onIdle;
	}

	/**
	 * Adds a follower, who is told of all that is appended from now on.
	 * @throws IllegalStateException if the stream was closed
	 */
	void add(LogFollower follower) {
		this.count.admit(() -> {
			this.followers.add(follower);
			return follower;
		});
	}

	/**
	 * Removes a follower.
	 */
	void remove(LogFollower follower) {
		this.followers.remove(follower);
		this.count.remove();
		if (this.count.isEmpty()) {
			this.onIdle.run();
		}
	}

	/**
	 * Takes note that followers have made progress, so that the publisher may be asked
	 * for more.
	 */
	void progressed() {
		if (!this.replenishing.get() && this.replenishing.compareAndSet(false, true)) {
			this.worker.execute(this.task);
		}
	}

	private void replenishNow() {
		this.replenishing.set(false);
		this.replenish.run();
	}

}
