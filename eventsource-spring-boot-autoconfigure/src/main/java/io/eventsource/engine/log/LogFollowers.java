package io.eventsource.engine.log;

import java.util.ArrayList;
import java.util.List;

/**
 * Those who follow a log. Thread-safe.
 */
public final class LogFollowers {

	private volatile List<LogFollower> followers = List.of();

	/**
	 * Adds a follower.
	 */
	public synchronized void add(LogFollower follower) {
		List<LogFollower> more = new ArrayList<>(this.followers);
		more.add(follower);
		this.followers = more;
	}

	/**
	 * Removes a follower.
	 */
	public synchronized void remove(LogFollower follower) {
		List<LogFollower> others = new ArrayList<>(this.followers);
		others.remove(follower);
		this.followers = others.isEmpty() ? List.of() : others;
	}

	/**
	 * How many there are.
	 */
	public int count() {
		return this.followers.size();
	}

	/**
	 * Tells all that something was added. Called under the locks of the log.
	 */
	void appended() {
		List<LogFollower> current = this.followers;
		for (int i = 0; i < current.size(); i++) {
			current.get(i).appended();
		}
	}

	/**
	 * Has all take what was added. Any thread; never blocks.
	 */
	public void follow() {
		List<LogFollower> current = this.followers;
		for (int i = 0; i < current.size(); i++) {
			current.get(i).follow();
		}
	}

	/**
	 * The position from which on the publisher should wait for one of them;
	 * {@link Long#MAX_VALUE} if it should not.
	 */
	public long needed() {
		List<LogFollower> current = this.followers;
		long lowest = Long.MAX_VALUE;
		for (int i = 0; i < current.size(); i++) {
			lowest = Math.min(lowest, current.get(i).needed());
		}
		return lowest;
	}

}
