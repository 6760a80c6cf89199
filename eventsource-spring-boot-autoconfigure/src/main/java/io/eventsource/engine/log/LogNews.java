package io.eventsource.engine.log;

import org.jspecify.annotations.Nullable;

/**
 * Tells those who follow a log, and its family, what comes and goes. Used under the
 * monitor of the log's memory.
 */
final class LogNews {

	private final @Nullable LogFamily family;

	private final LogFollowers followers = new LogFollowers();

	/**
	 * Creates what tells nobody yet.
	 * @param origin what the log shares with others; {@code null} if it stands alone
	 */
	LogNews(@Nullable LogOrigin origin) {
		this.family = (origin != null && !origin.merged()) ? origin.family() : null;
	}

	LogFollowers followers() {
		return this.followers;
	}

	/**
	 * An event was added behind the others.
	 */
	void appended(Frame frame) {
		if (this.family != null) {
			this.family.appended();
		}
		added(frame);
	}

	/**
	 * An event can be seen in the log.
	 */
	void added(Frame frame) {
		// First, so that whoever sees how far the family has come knows which logs have
		// it
		this.followers.appended();
		if (this.family != null) {
			this.family.complete(frame.number());
		}
	}

	/**
	 * The log holds so many bytes more, or less.
	 */
	void bytes(long more) {
		if (this.family != null) {
			this.family.add(more);
		}
	}

}
